/** Which secret a way to log in asks for. A leaf. */

/** @param tokenEndpoint - empty or left out: there is none */
export function loginSecret({
  mechanism,
  tokenEndpoint,
}: {
  readonly mechanism: string
  readonly tokenEndpoint?: string
}): 'password' | 'token' | 'clientSecret' {
  if (mechanism !== 'oauthbearer') return 'password'
  return tokenEndpoint ? 'clientSecret' : 'token'
}
