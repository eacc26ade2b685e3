export const influxVersion = '2.7.12'
