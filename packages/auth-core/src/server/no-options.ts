// What stands for options of which none is given.

/** It has no prototype: what a mistake elsewhere put on the one that all objects have is none of them. */
export const NO_OPTIONS: object = Object.freeze(Object.create(null))
