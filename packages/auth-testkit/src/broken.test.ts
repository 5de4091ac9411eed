// What the suites say of broken adapters: which rule, which request, where the credential was seen, and what would be right.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'

/** Mistakes that are easily made, the test that must find each, and what it says of it. */
const MISTAKES: readonly (readonly [suite: string, rule: string, message: string | RegExp])[] = [
  [
    'that has one authorizer for all',
    'sends the header of the client that sends',
    'each client sends its own credential: nothing may be kept outside of what makes a client',
  ],
  [
    'that asks for its own server, whoever is sent to',
    'to nobody else, though the caller asks somebody else',
    /GET https:\/\/other\.test:\d+: carries no authorization, which is for https:\/\/influx\.test:\d+: ask the authorizer with the URL/,
  ],
  [
    'that changes the headers that it is given',
    'sends the header exactly, for the scheme .?token',
    /GET https:\/\/influx\.test:\d+\/[\w-]+\/: headers\.authorization is new: a request is its caller’s, .* copy what you change/,
  ],
  [
    'that adds its header to another',
    'of the caller instead, where there is one by the name AUTHORIZATION',
    'the caller’s header is left as it is',
  ],
  [
    'that prints what it sends',
    'sends the header exactly, for the scheme .?token',
    'the console, the standard streams and warnings of Node show: print no header',
  ],
  [
    'that sends a cookie as well',
    'sends the header exactly, for the scheme .?token',
    /GET https:\/\/influx\.test:\d+ carries a credential beside its Authorization:\n {2}the token at request\.headers\.cookie/,
  ],
  [
    'that sends again without the body',
    'what is sent again is the request as it was, with POST',
    /sent again after a 401: body is .*: all but the credential is as it was/,
  ],
  [
    'that keeps the request that came last',
    'with the request that it is for, among many at once',
    'nothing of a request may be kept where the next one finds it',
  ],
  [
    'that lets the request go on that it was to stop',
    'stops waiting for the answer.?$',
    'The server still had the request that was aborted within 10 seconds. Likely the adapter gives up waiting',
  ],
  [
    'that hands its signal to the first request alone',
    'stops waiting for the answer to what is sent again',
    'It was aborted: hand its signal on to the provider and with each request',
  ],
  [
    'that says nothing of an abort',
    'stops waiting for the answer.?$',
    'Error: It failed tells that the caller has aborted',
  ],
  ['that tells observers itself', 'goes on where an observer of events throws', 'a listener’s own mistake'],
  [
    'that takes any certificate',
    'shows the credential to nobody in errors and answers, with the scheme .?token',
    'The request had to be refused, since nobody vouches for the server’s certificate, and was answered',
  ],
  [
    'that shows what it holds',
    'in what the client’s user has in hand',
    'A client that was made: whoever prints the client sees\n  the token at client.token',
  ],
  [
    'client that leaves what nobody reads',
    'keeps its connections, over refreshes and redirects',
    'an answer that nobody reads is read to its end where it is short, before the request is sent again',
  ],
  [
    'client that reads on what nobody reads',
    'waits for no answer that nobody reads and that has no end of bytes',
    'The server still sends an answer that nobody reads within 10 seconds. Likely it is read on, for nobody: cut off',
  ],
  [
    'client that decides on a 401 alone',
    'with the request that it is for, among many at once',
    'a 503 that says when to come back, and a redirect, are no last answers: ask exchange.again() after each answer',
  ],
  [
    'client that decides on a 401 alone',
    'follows, or leaves, a redirect: 302 within the origin',
    'the answer is the one at the end: ask exchange.again() after each answer whose status isDeciding() names',
  ],
  [
    'client that throws errors of its own',
    'of nobody, where the caller has one and must not',
    /Error: It failed: .*: it is, or has as its cause, our error ERR_TARGET_EXISTING: hand on what startExchange/,
  ],
  [
    'client that hands on two options',
    'in events, which tell what became of it',
    'what onEvent is told: hand all options on to createAuthorizer',
  ],
  [
    'client that takes a stream for text',
    'not a second time after a 401',
    'a stream is sent once: say replayable: false of what isStream() says so of',
  ],
  [
    'client that sends again as at first',
    '303 turns POST into GET',
    'send what method, bodyDropped and the headers of the exchange say',
  ],
  [
    'client that sends again to where it was',
    'to a path that is only a query, as fetch reads it',
    'where the requests go: send to the url of the exchange as it is',
  ],
  [
    'client that follows whatever the mode',
    'modes manual and error',
    "With redirect: 'manual' the redirect is the answer, and was RedirectError",
  ],
  [
    'client that reads answers to their end',
    'as they come',
    'Likely the answer is handed over when its body is all there: by the trait streamsAnswers',
  ],
  [
    'client that keeps its first credential',
    'as the provider has it at that moment',
    'the provider is asked for each request: nothing that it gave is kept',
  ],
  [
    'client that does not listen for another protocol',
    'fails where the server leaves HTTP',
    'Likely nothing listens for it: a request of Node’s http with no listener for "upgrade"',
  ],
  [
    'client that reads URLs by itself',
    'where the URL holds a user name and password',
    'The request had to be refused, since its URL holds a password: read it with the resolve()',
  ],
  [
    'client that repeats what failed',
    'a 403 is never repeated',
    'the client itself sends nothing again; switch off what it has for that',
  ],
  [
    'client that repeats what was hung up on',
    'in errors and answers, with the scheme .?token',
    'how many requests there are where the server hangs up: the client itself sends nothing again; switch off',
  ],
  [
    'client that measures texts in characters',
    'of text beyond ASCII',
    'its Content-Length is of bytes, not of characters',
  ],
  [
    'client that compares the texts of URLs',
    'however the caller spells its name',
    'compare origins, not texts, as resolve() of authorizer.target has them',
  ],
  [
    'client that leaves what nobody reads',
    'cannot take for the next request, with .?DELETE',
    'Node’s http says neither by itself for GET, DELETE and OPTIONS',
  ],
  [
    'client that is never made',
    'sends the header exactly, for the scheme .?token',
    'The client was not made within 10 seconds',
  ],
  [
    'client that never sends what is kept',
    'the URL changes between two requests',
    /GET https:.*, which its caller keeps, was not answered within 10 seconds/,
  ],
  [
    'client that adds a header, wrapped,',
    'GET without a body',
    /requests\[0\]\.head: only wrapped, the line 'x-added: 1'\nMend the adapter, or put it on the client's list of differences/,
  ],
  [
    'client that trims what it reads, wrapped,',
    'ends in what somebody may trim',
    "outcome.answer.text: only alone, the line ' ,result",
  ],
  [
    'client that tells nothing, wrapped,',
    'what it tells of an answer differs where answers do',
    'nothing is compared: return the status, the headers, the body',
  ],
  [
    'client that lists what is never sent, wrapped,',
    'what its lists name is sent',
    'differences: /^GET with a stream/, differences: /^GET without/, leavesOut: /^answer 999/: it matches the title of no request',
  ],
  [
    'client that lists what is never sent, wrapped,',
    'GET without a body',
    'is on the list of differences, and is none: take it off, or have its pattern match fewer titles',
  ],
  [
    'client that sends its options with each redirect, wrapped,',
    '307 with option query',
    /only alone, the line 'GET \/there\?c=d HTTP\/1\.1'\n.*only wrapped, the line 'GET \/there\?c=d&mine=1 HTTP\/1\.1'/,
  ],
  [
    'store that takes no notice of case',
    'found by nothing that only looks like',
    'find("HASH_-HASH_-HASH_-HASH_-HASH_-HASH_-HASH_-1"), where hash_-hash_-hash_-hash_-hash_-hash_-hash_-1 is kept',
  ],
  [
    'store that remembers what there was not',
    'tokens are found once they are made',
    'that there was none is not remembered',
  ],
  [
    'store that reads and writes back',
    'keep both of two changes that are made at once',
    'change in one step, do not read and write back',
  ],
  [
    'store that puts what is undefined in the place of what was there',
    'change in status and description',
    'what is undefined in a change stays as it is',
  ],
  [
    'store that throws what its driver throws',
    'tokens are refused when the id or the hash is taken',
    'what is thrown is a StoreError, and was Error: UNIQUE',
  ],
  [
    'store that looks before it deletes',
    'that many delete at once',
    'ask what was deleted, not whether it is there and then delete it',
  ],
  ['store that lets the oldest sessions go', 'sessions of a thousand', 'to deeply equal'],
  [
    'store that prints what it is asked',
    'tokens are found by hash and by id',
    'print nothing that a store is asked with',
  ],
  [
    'store that is gone when all have closed it',
    'outlast who made them',
    'what is kept when nobody has the store open any more',
  ],
  [
    'store that lists what has ended and then deletes it',
    'moved on while others are swept',
    'sweep in one step, do not list and then delete',
  ],
  [
    'store that tells how many it has listed',
    'delete all at once are told of by one',
    'say how many you have deleted',
  ],
  [
    'store that hands out what it has moved on',
    'a session that was handed in or out is changed',
    'to deeply equal',
  ],
  ['store that cuts off what is long', 'description of half a megabyte', 'whether it is kept whole'],
  [
    'store that remembers what it has found',
    'sessions are seen at once',
    'nothing that was found is remembered where others can change it',
  ],
  [
    'store that forgets who has failed',
    'right take back nothing but themselves',
    'on a user who signs in between guesses: how many more are let through: succeed() takes back its own attempt',
  ],
  [
    'store that takes an attempt without a kind',
    'from an address are limited',
    'an attempt that does not say so is with a password',
  ],
  [
    'store that counts a name and an address as one',
    'on any user name are limited',
    'a user name that is an address counts on no address',
  ],
  [
    'store that counts by the properties',
    'on any user name are limited',
    'on "__proto__": how many are let through',
  ],
  ['store that has waits of half a second', 'without an address too', 'wait is in whole seconds, rounded up'],
  [
    'store that counts what was taken back',
    'that were not looked at after all',
    'what cancel() took back does not count',
  ],
  [
    'server that takes another header for Authorization',
    'a right token in other headers than Authorization',
    'GET /api/v2/me: status: expected 200 to be 401',
  ],
  [
    'server that takes a header for the method',
    'which says that it only reads',
    'POST /api/v2/buckets: status: expected 200 to be 401',
  ],
  [
    'server that takes a header for its own name',
    'which says that it is this server',
    'POST /api/v2/buckets: status: expected 200 to be 401',
  ],
  [
    'server that takes a header for TLS',
    'for the connection that there is',
    'whether the cookie is Secure: only a proxy',
  ],
  [
    'server that takes a header for the address',
    'by the address of the connection',
    'who may choose an address guesses on with another',
  ],
  [
    'server that reads bodies before all else',
    'does not read a body that it refuses',
    'Likely the server waits for a body that it should not read',
  ],
  [
    'server that reads a body as text',
    'gives a body back while it still comes in',
    'POST /api/v2/echo had no answer while its body still came in within 10 seconds. Likely the body is read to its end',
  ],
  [
    'server that reads a body as text',
    'leaves a body of 5 MB as it is',
    'status and hash of what comes back: a body is bytes, which are not read as text',
  ],
  [
    'server that answers one after the other',
    'calls no handler for a client that has gone',
    'Of 50 requests at once not all were asked about within 10 seconds. Likely one waits for another',
  ],
  [
    'server that joins fields by a comma',
    'several Cookie fields',
    'Cookie: a=b, Cookie: influxdb-oss-session=[the session]: all fields count as one, joined by "; "',
  ],
  [
    'server that gives pages of others no headers',
    'a page is let in with a token, and told why not',
    'GET /shared, whose every answer has the headers of CORS, and let in: header access-control-allow-origin',
  ],
  ['server that prints what it is sent', 'an inactive Token', 'Node show: print no header'],
  [
    'source that throws what is none of ours',
    'says that it has none',
    'what get() rejects with is a SourceError, and was Error: ENOENT',
  ],
  [
    'source that remembers that there was none',
    'says that it has none',
    'that there was none is not remembered',
  ],
  [
    'source that holds on to what was refused',
    'once a server has refused',
    'what was refused is looked for anew',
  ],
  [
    'source that gives everybody the same object',
    'what nobody else has changed',
    'what was given is frozen, or its own for each',
  ],
  [
    'source that shows what it found',
    'shows the credential to nobody',
    'whoever prints it sees a credential at source.last.token: leave it out',
  ],
  [
    'source that takes nothing for a token',
    'not "", in which there is nothing',
    'get() has to reject, and gave a credential',
  ],
  [
    'source that keeps the end of a line',
    'as an editor or a shell leaves it',
    'the token alone, or none: no header carries what is behind it',
  ],
  [
    'source that takes the first of several lines',
    'no credential, so that a chain ends',
    'get() has to reject, and gave a credential',
  ],
  [
    'source that takes what stands behind #',
    'once a server has refused',
    'what was refused is looked for anew',
  ],
  [
    'source that gives to anybody',
    'has nothing for another origin',
    'what is for http://127.0.0.1:8086 is asked for http://other.test:8086: look for the origin that get() is told',
  ],
  [
    'vault that prints',
    'given last',
    'what the console and the standard streams show: print no token and no header',
  ],
  [
    'vault that shows what it does not hold',
    's3cret two words',
    'whoever prints it sees a token at error.stack, a token at error.message',
  ],
  ['vault that hangs', 'given last', 'fetch("/a") did not end within 10 seconds. Likely'],
  [
    'vault that compares the beginning',
    'to another origin',
    'look at where a request really goes, with its scheme, host and port',
  ],
  [
    'vault that reads its token late',
    'who came while it was asked',
    'a request carries the token that was held when it was made, or is refused',
  ],
  ['vault that sends again', 'sends nothing again .401', 'how many requests there are'],
  [
    'vault that has a getter',
    'shows the token to nobody',
    'whoever prints it sees a token at vault.token: leave it out',
  ],
  ['vault that can be used again', 'once it has ended', 'fetch() rejects: dispose() is for good'],
  [
    'source that hangs',
    'gives what is there, with the scheme',
    'get() did not end within 10 seconds. Likely',
  ],
]

/** The tests that are run, by what they say of the adapter and of the rule. */
const CASES = [
  ...MISTAKES.map(([suite, rule]) => [suite, rule]),
  ['that leaks', 'sends the header exactly, for the scheme .?token'],
  ['that hangs', 'sends the header exactly, for the scheme .?token'],
  ['that strays', 'follows, or leaves, a redirect: .?302 to another host'],
  ['that keeps what was typed', 'holds no token'],
  ['that hangs', 'tokens are found by hash'],
  ['that believes', 'follows no redirect .302'],
  ['that believes', 'sends nothing to another origin'],
  ['that is open', 'answers .*an inactive Token'],
  ['that hangs', 'answers .*Basic alone'],
]

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

let said: ReadonlyMap<string, string>

/** All that the first test whose name matches these said. */
const of = (...words: string[]): string => {
  const name = [...said.keys()].find((name) => words.every((word) => new RegExp(word).test(name)))
  return said.get(name ?? '') ?? `no failure of ${words}`
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fluxauth-broken-'))
  const output = join(folder, 'report.json')
  const root = fileURLToPath(new URL('./testing', import.meta.url))
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const pattern = CASES.map((words) => words.join('.* ?')).join('|')
  const args = [vitest, 'run', '--root', root, '--reporter=json', `--outputFile=${output}`, '-t', pattern]
  try {
    // It fails, as it should.
    await new Promise((resolve) => execFile(process.execPath, args, { cwd: root }, resolve))
    const { testResults }: Report = JSON.parse(await readFile(output, 'utf8'))
    const results = testResults.flatMap(({ assertionResults }) => assertionResults)
    said = new Map(
      results
        .filter(({ failureMessages }) => failureMessages.length > 0)
        .map(({ fullName, failureMessages }) => [fullName, failureMessages.join('\n')]),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}, 240_000)

test('a client that leaks at two places is told both, and of which request', () => {
  const message = of('client that leaks')
  expect(message).toMatch(/GET https:\/\/influx\.test:\d+\/[\w-]+\/: whoever prints the answer sees/)
  expect(message).toContain('the token at answer.response.request.headers.authorization')
  expect(message).toContain('the token at answer.log[0]')
  expect(message).toContain(
    'None may show: leave it out, or give what holds it an inspect.custom and a toJSON.',
  )
  expect(message).not.toContain('s3cret')
})

test('a client that hangs ends with the request and the likely mistake', () => {
  const message = of('client that hangs')
  expect(message).toMatch(
    /GET https:\/\/influx\.test:\d+\/[\w-]+\/ had neither an answer nor an error after 0 that reached a server within 10 seconds/,
  )
  expect(message).toContain('Likely the adapter does not settle its promise')
})

test('a client that sends to another origin is told which request carried what, all of it', () => {
  const message = of('client that strays')
  for (const name of ['authorization', 'cookie', 'proxy-authorization']) {
    expect(message).toMatch(
      new RegExp(
        `request 2, GET https://other\\.test:\\d+/[\\w-]+/: carries no ${name}, which was for https://influx\\.test`,
      ),
    )
  }
})

test('a store that keeps secrets is told which', () => {
  expect(of('store that keeps')).toContain(
    'a password at what the store keeps; a user name that was only tried at what the store keeps: keep hashes',
  )
})

test('a store that hangs is told in which call', () => {
  expect(of('store that hangs')).toContain(
    'tokens.find() did not end within 10 seconds. Likely a promise is not settled',
  )
})

test('a server that lets anybody in and shows what it was sent is told both', () => {
  const message = of('server that is open', 'an inactive Token')
  expect(message).toMatch(/GET \/api\/v2\/me: the answer shows\n {2}.* at answer\.body/)
  expect(message).toContain('GET /api/v2/me: status: expected 200 to be 401')
})

test('a server that hangs is told for which request', () => {
  expect(of('server that hangs')).toContain('GET /api/v2/me was not answered within 10 seconds. Likely')
})

test('a vault that sends the token after a redirect, or where a disguised request leads, is told so', () => {
  expect(of('vault that believes', 'follows no redirect')).toContain('ERR_VAULT_REDIRECT')
  expect(of('vault that believes', 'sends nothing to another origin')).toContain('ERR_VAULT_ORIGIN')
})

test.each(MISTAKES)('one %s is found by "%s", and told what would be right', (suite, rule, message) => {
  expect(of(suite, rule)).toMatch(message)
})
