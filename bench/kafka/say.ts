import type { Notice } from '../../connectors/kafka/config.ts'
import { noticeText } from '../../connectors/kafka/notice-text.ts'

/** What a client survived belongs beside the figures: it costs time. */
export function say(notice: Notice): void {
  process.stderr.write(`${noticeText(notice)}\n`)
}
