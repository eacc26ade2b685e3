import { chaosSubject } from './chaos-subject.ts'
import { flagship } from './flagship/subject.ts'
import type { Subject } from './subject.ts'

/** By the names that processes of the engine are told. */
export const subjects = { chaos: chaosSubject, flagship } satisfies Record<string, Subject>

export type SubjectName = keyof typeof subjects
