import type { Plan } from '../engine/graph/plan.ts'

/** The parameters of a job for people, a line each. */
export function parameterLines({ parameters }: Plan): string[] {
  return parameters.map(({ name, value, fallback }) => {
    return `parameter ${name} is ${value}${value === fallback ? '' : `, ${fallback} unless it is set`}`
  })
}

/** The same as words of a command line. */
export function parameterWords({ parameters }: Plan): string {
  return parameters.map(({ name, value }) => `${name}=${value}`).join(' ')
}
