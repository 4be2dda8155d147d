/** GaugeSource is a figure that a room exports for `GET /metrics`. It is read anew every ten seconds at most. */
export interface GaugeSource<Label extends string = string> {
  name: string
  help: string
  labels: readonly Label[]
  read(): Promise<readonly GaugeValue<Label>[]>
}

interface GaugeValue<Label extends string = string> {
  labels: Partial<Record<Label, string>>
  value: number
}
