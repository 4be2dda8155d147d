import { useLingui } from '@lingui/react/macro'
import { Radio, Stack } from '@mantine/core'

/** Overlap is for how many hours an old secret goes on working beside the new one. */
export type Overlap = '0' | '1' | '24'

/** `OverlapChoice` asks how long that is; `label` says what the old one does meanwhile. */
export function OverlapChoice({
  label,
  value,
  onChange,
}: {
  label: string
  value: Overlap
  onChange: (chosen: Overlap) => void
}) {
  const { t } = useLingui()
  return (
    <Radio.Group label={label} value={value} onChange={(chosen) => onChange(chosen as Overlap)}>
      <Stack gap="xs" mt={4}>
        <Radio value="24" label={t`for 24 hours`} />
        <Radio value="1" label={t`for an hour`} />
        <Radio value="0" label={t`not at all: somebody else has it`} />
      </Stack>
    </Radio.Group>
  )
}
