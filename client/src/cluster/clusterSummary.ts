/** What the tree shows of a cluster: names and states, nothing that has to be counted. */
export interface ClusterSummary {
  readonly brokers: readonly {
    readonly nodeId: number
    readonly host: string
    readonly port: number
    readonly isController: boolean
  }[]
  readonly topics: readonly TopicSummary[]
  readonly groups: readonly GroupSummary[]
}

export interface TopicSummary {
  readonly name: string
  readonly partitionCount: number
  readonly replicationFactor: number
  readonly isInternal: boolean
}

export interface GroupSummary {
  readonly groupId: string
  /** `classic`, `consumer`, `share`, as the broker says. */
  readonly type: string
  readonly state: string
  /** Whether it has members now. */
  readonly isActive: boolean
}
