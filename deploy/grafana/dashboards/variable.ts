/** Where Grafana puts in the value of a variable of a dashboard: queries, data sources, names of lines. */
export function variable(name: string): string {
  return `\${${name}}`
}
