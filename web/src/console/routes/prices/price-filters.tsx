import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { useMay } from '../../../kit/session.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { suppliersQuery } from '../../suppliers-query.ts'
import { useRuleText } from './rule-words.ts'
import type { PriceRule } from './use-price-grid.ts'

const ACCOUNT = 'account:'
const audiencesIn = (values: Values): string[] => (values['audiences'] ?? '').split(',').filter(Boolean)

/** `withAccounts` puts resellers' columns behind those of everyone and the price groups; `names`: user names with commas between. */
function withAccounts(values: Values, names: string, groups: readonly string[]): Values {
  const accounts = names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  if (accounts.length === 0) return withValue(values, 'audiences', '')
  const columns = [
    'everyone',
    ...groups.map((group) => `group:${group}`),
    ...accounts.map((name) => ACCOUNT + name),
  ]
  return withValue(values, 'audiences', columns.join(','))
}

/** `PriceFilters` chooses the services of the price book, and whose columns stand beside everyone's and those of the price groups. */
export function PriceFilters({
  values,
  groups,
  rules,
  onChange,
}: {
  values: Values
  /** `groups` are the price groups. */
  groups: readonly string[]
  rules: ReadonlyMap<number, PriceRule>
  onChange: (values: Values) => void
}) {
  const { t } = useLingui()
  const may = useMay()
  const named = useQuery({
    queryKey: ['services', 'groups'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/service-groups', { signal })),
    enabled: may('catalogue.read'),
  })
  const suppliers = useQuery({ ...suppliersQuery, enabled: may('suppliers.read') })
  const audience = (rule: PriceRule) => rule.username ?? rule.group ?? t`Everyone`
  const scope = (rule: PriceRule) => rule.service_code ?? rule.service_group ?? t`All services`
  const base = useRuleText()
  const filters: Filter[] = [
    {
      ...{ name: 'service_group', label: t`Group of services`, kind: 'choice' },
      choices: (named.data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
    },
    {
      ...{ name: 'supplier', label: t`Supplier`, kind: 'choice' },
      choices: (suppliers.data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
    },
    {
      ...{ name: 'active', label: t`Sold`, kind: 'choice' },
      choices: [
        { value: 'yes', label: t`On` },
        { value: 'no', label: t`Off` },
      ],
    },
    {
      ...{ name: 'margin_lte', label: t`Margin of at most`, kind: 'percent' },
      help: t`Services with a price that earns no more than this part of it.`,
    },
    { name: 'changed_since', label: t`Price changed since`, kind: 'day' },
    {
      ...{ name: 'rule', label: t`Price comes from`, kind: 'choice' },
      choices: [
        { value: 'fixed', label: t`Fixed prices` },
        ...[...rules.values()].map((rule) => ({
          value: String(rule.id),
          label: `${audience(rule)} ${rule.currency} · ${scope(rule)} · ${base(rule)}`,
        })),
      ],
    },
    {
      ...{ name: 'accounts', label: t`Columns of resellers`, kind: 'pick' },
      ...{ from: usePickFrom().resellers, isSeveral: true },
      help: t`What these resellers pay stands beside the price groups.`,
    },
  ]
  const accounts = audiencesIn(values)
    .filter((one) => one.startsWith(ACCOUNT))
    .map((one) => one.slice(ACCOUNT.length))
    .join(',')
  const { audiences: _, ...rest } = values
  return (
    <FilterBar
      filters={filters.filter((filter) => filter.kind !== 'choice' || filter.choices.length > 0)}
      values={accounts === '' ? rest : { ...rest, accounts }}
      onChange={({ accounts: names = '', ...next }) =>
        // Columns that came with a link stay while others filters change.
        onChange(
          names === accounts
            ? withValue(next, 'audiences', values['audiences'] ?? '')
            : withAccounts(next, names, groups),
        )
      }
    />
  )
}
