/** What the overview says in words: the reader's language is the caller's. */
import type { GroupEvent, GroupStatus, GroupType, Told, TopicSnapshot } from '@tidemark/runtime/monitor'

export interface OverviewSentences {
  connected(): string
  /** What the monitor says. */
  told(words: Told): string
  groupState(state: string): string
  status(status: GroupStatus): string
  type(type: GroupType): string
  claims(guarantee: string): string
  inferred(guarantee: string): string
  members(count: number): string
  /** `offsets in totals.db` */
  offsetsIn(store: string): string
  coordinatorSilent(nodeId: number): string
  age(seconds: number): string
  event(event: GroupEvent): string
  topicShape(topic: TopicSnapshot): string
  internal(): string
  troubled(count: number): string
}
