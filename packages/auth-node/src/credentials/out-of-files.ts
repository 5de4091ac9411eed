// A process, or a machine, that can open no more files: what is to be read is there, and is not lost.

/** Whether an error says so. */
export function isOutOfFiles(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EMFILE' || code === 'ENFILE'
}

/** What to do about it, as the end of a message. */
export const OUT_OF_FILES = 'too many files are open: close some, or raise the limit (ulimit -n)'
