// Prints what is answered otherwise, and why.

/** What is answered otherwise, ours and InfluxDB's answer, by the row of the guide's or of the sample's table that says why. */
export type Listed = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/** Prints the differences of a run with the reasons that are listed. */
export function printDifferences(
  asked: string,
  who: string,
  differences: Readonly<Record<string, readonly string[]>>,
  listed: Listed,
): void {
  const why = new Map(
    Object.entries(listed).flatMap(([row, names]) => Object.keys(names).map((name) => [name, row])),
  )
  console.log(
    [
      `${asked}, ${Object.keys(differences).length} of which ${who} answers otherwise than InfluxDB 2:`,
      ...Object.entries(differences).map(
        ([name, [ours, theirs]]) => `  ${name}: ${ours} | ${theirs} (${why.get(name) ?? 'NOT LISTED'})`,
      ),
    ].join('\n'),
  )
}
