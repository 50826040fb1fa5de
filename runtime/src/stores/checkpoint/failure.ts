/** What the file system's error codes mean to a pipeline. */
import { TidemarkError } from '../../errors.ts'

/** No space, a quota, or a limit on a file's size. */
const noRoomCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const forbiddenCodes = new Set(['EACCES', 'EPERM', 'EROFS'])

export function isNoRoom(error: unknown): boolean {
  return noRoomCodes.has(codeOf(error))
}

/** An error of the file system as a row of the table; one of ours as it is. */
export function fileFailure(error: unknown, store: string): unknown {
  if (!(error instanceof Error) || error instanceof TidemarkError) return error
  const code = codeOf(error)
  const reason = error.message
  if (noRoomCodes.has(code)) return new TidemarkError('STORE_FULL', { store, reason }, { cause: error })
  if (forbiddenCodes.has(code)) return new TidemarkError('STORE_READ_ONLY', { store, reason }, { cause: error })
  if (code === 'ENOTDIR' || code === 'ENOENT')
    return new TidemarkError('STORE_UNREACHABLE', { store, reason }, { cause: error })
  if (code !== '')
    return new TidemarkError('STORE_FAILED', { store, operation: 'read or write', reason }, { cause: error })
  return error
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
