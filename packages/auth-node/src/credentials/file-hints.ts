// What to do about a file that the system does not let be read or written, as the end of a message.

/** A process, or a machine, that can open no more files: what is to be read is there, and is not lost. */
export const OUT_OF_FILES = 'too many files are open: close some, or raise the limit (ulimit -n)'

const HINTS: Readonly<Record<string, string>> = {
  EMFILE: OUT_OF_FILES,
  ENFILE: OUT_OF_FILES,
  ENOSPC: 'the disk is full: make room on it',
  EDQUOT: "this user's share of the disk is used up: make room in it",
  EFBIG: 'files may not become so large here: raise the limit (ulimit -f)',
  EROFS: 'the disk is read-only: choose a path on another, or have it mounted for writing',
  EACCES: 'this user may not: have the file and its folder owned by the user that this program runs as',
  EPERM: 'this user may not: have the file and its folder owned by the user that this program runs as',
  ENOENT: 'no folder can be made there: give another path',
  ENOTDIR: 'a part of the path is no folder: give another path',
  EEXIST: 'a part of the path is no folder: give another path', // what is to be its folder is something else
  EISDIR: 'it is a folder: give the path of a file',
  EIO: 'the disk fails: look into the log of the system',
}

/** Why, and what to do: ` (EIO), as the disk fails: …`; the code alone where there is nothing to say. */
export function fileHint(error: unknown): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  return isOutOfFiles(error)
    ? `, as ${OUT_OF_FILES}`
    : ` (${code})${HINTS[code] ? `, as ${HINTS[code]}` : ''}`
}

/** Whether an error says that no more files can be opened. Where Node loads a package, as of 24 its message alone does. */
export function isOutOfFiles(error: unknown): boolean {
  const { code, message = '' } = error as Partial<NodeJS.ErrnoException>
  return code === 'EMFILE' || code === 'ENFILE' || /too many open files|file table overflow/.test(message)
}
