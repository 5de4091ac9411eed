// The day by which a token is to be replaced, which its description says: InfluxDB 2 has no end of tokens.

const WORDS = /(?: ?\(to be replaced by (\d{4}-\d\d-\d\d)\))+$/
const DAY = 86_400_000

/** What a description says with a day. */
export function withReplaceBy(words: string, day: string | undefined): string {
  return day === undefined ? words : `${words} (to be replaced by ${day})`.trimStart()
}

/** The day that is so many days from now. */
export function dayIn(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().slice(0, 10)
}

/**
 * What the description of a successor says: the day of the old token is over, or will be, and the new one has as many days as that had.
 *
 * @param createdAt of the old token: without it nobody knows how many those were, and the new one gets no day
 */
export function ofSuccessor({
  description,
  createdAt,
}: {
  readonly description: string
  readonly createdAt?: string | undefined
}): { readonly description: string; readonly replaceBy: string | undefined } {
  const [said, day] = WORDS.exec(description) ?? []
  if (said === undefined) return { description, replaceBy: undefined }
  const days = Math.round((Date.parse(`${day}`) - Date.parse(`${createdAt}`.slice(0, 10))) / DAY)
  const replaceBy = days > 0 ? dayIn(days) : undefined
  return { description: withReplaceBy(description.slice(0, -said.length), replaceBy), replaceBy }
}
