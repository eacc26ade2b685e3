import type { KafkaRequest } from './request.ts'

export interface DeletedTopic {
  readonly topic: string
  readonly error: number
}

/** For the controller. */
export function deleteTopics(topics: readonly string[], timeoutMs: number): KafkaRequest<DeletedTopic[]> {
  return {
    name: 'DeleteTopics',
    api: 20,
    version: 1,
    flexible: false,
    write(to) {
      to.array(topics, topic => to.text(topic)).i32(timeoutMs)
    },
    read(from) {
      from.i32()
      return from.array(() => ({ topic: from.text(), error: from.i16() }))
    },
  }
}
