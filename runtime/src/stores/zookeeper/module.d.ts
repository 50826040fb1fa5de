/** What this store uses of `node-zookeeper-client`, which comes without types. */
declare module 'node-zookeeper-client' {
  export interface Stat {
    readonly version: number
  }
  export interface Exception extends Error {
    getCode(): number
  }
  type Callback<T extends unknown[]> = (error: Exception | null | undefined, ...answer: T) => void
  export interface Transaction {
    create(path: string, data: Buffer, acls: readonly unknown[], mode: number): Transaction
    /** Version 0 is taken for "any version": never pass it. */
    setData(path: string, data: Buffer, version: number): Transaction
    check(path: string, version: number): Transaction
    commit(callback: Callback<[results: unknown]>): void
  }
  export interface Client {
    connect(): void
    close(): void
    addAuthInfo(scheme: string, auth: Buffer): void
    getData(path: string, callback: Callback<[data: Buffer | undefined, stat: Stat]>): void
    setData(path: string, data: Buffer, version: number, callback: Callback<[stat: Stat]>): void
    getChildren(path: string, callback: Callback<[children: string[]]>): void
    remove(path: string, version: number, callback: Callback<[]>): void
    mkdirp(path: string, data: Buffer, acls: readonly unknown[], mode: number, callback: Callback<[path: string]>): void
    transaction(): Transaction
    once(event: 'connected' | 'expired' | 'disconnected' | 'authenticationFailed', listener: () => void): void
    on(event: 'connected' | 'expired' | 'disconnected' | 'authenticationFailed', listener: () => void): void
  }
  const zookeeper: {
    createClient(connectString: string, options: { readonly sessionTimeout: number; readonly retries: 0 }): Client
    readonly ACL: { readonly OPEN_ACL_UNSAFE: readonly unknown[]; readonly CREATOR_ALL_ACL: readonly unknown[] }
    readonly CreateMode: { readonly PERSISTENT: number; readonly PERSISTENT_SEQUENTIAL: number }
  }
  export default zookeeper
}
