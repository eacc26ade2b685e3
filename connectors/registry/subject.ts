import type { OutputSchema } from '../../engine/schema-registry.ts'
import type { SubjectRule } from './config.ts'

/** What the schema of an output's values is registered under, as Confluent's serializers name it. */
export function subjectOf({ topic, subject, record }: OutputSchema, rule: SubjectRule): string {
  if (subject !== null) return subject
  switch (rule) {
    case 'topic':
      return `${topic}-value`
    case 'record':
      return record
    case 'topic-record':
      return `${topic}-${record}`
  }
}
