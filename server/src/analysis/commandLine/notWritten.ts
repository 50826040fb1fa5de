/** Why a file could not be written, in words for whoever asked for it. */
export function whyNotWritten(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return reasons[code ?? ''] ?? message
}

const reasons: Readonly<Record<string, string>> = {
  EROFS: 'the disk is read-only',
  EACCES: 'the permission to write there is missing',
  EPERM: 'the system refuses it',
  ENOSPC: 'the disk is full',
  ENOENT: 'its folder does not exist',
  EISDIR: 'it is a folder',
}
