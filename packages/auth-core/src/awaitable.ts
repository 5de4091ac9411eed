// Answers that may be at hand or on their way: where they are at hand nobody has to wait a turn for them.

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** Whether an answer is on its way. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** Goes on with an answer: at once when it is at hand. */
export function whenReady<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  // An object with a `then` counts, also where that returns nothing.
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value)
}
