// What the element says, each replaceable: labels by name, errors by code.

/** The element's texts. Errors by their code; `error` for those that have no text of their own. */
export type SignInMessages = Readonly<Record<string, string>>

/** As they are unless replaced. */
export const MESSAGES: SignInMessages = {
  username: 'User name',
  password: 'Password',
  token: 'API token',
  basic: 'Sign in',
  useToken: 'Use token',
  expired: 'The sign-in is over. Sign in again to go on where you were.',
  required: 'Fill this in',
  error: 'That did not work. Try again.',
  ERR_SIGN_IN_REFUSED: 'That is wrong. Check it and try again.',
  ERR_SIGN_IN_DISABLED: 'The account is disabled. Ask who runs the server.',
  ERR_SIGN_IN_LIMITED: 'Too many attempts. Wait a moment, then try again.',
  ERR_SIGN_IN_COOKIE: 'The browser kept no cookie. Are cookies allowed, and is the clock right?',
  ERR_UNREACHABLE: 'The server does not answer. Are you online?',
  ERR_USERNAME_COLON: 'A user name has no colon',
  ERR_TOKEN_SYNTAX: 'A token has no spaces and no letters with accents',
}
