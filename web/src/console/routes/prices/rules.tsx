import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { isNegative, isZero, money } from '../../../kit/amount.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { smallestOf } from '../../../kit/read-amount.ts'
import { useMay } from '../../../kit/session.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { useRuleText } from './rule-words.ts'
import styles from './rules.module.css'
import { type PriceRule, rulesQuery, type Scope } from './use-price-grid.ts'

const TOPICS = ['prices', 'routes']

/** `PriceRules` lists every price rule: for whom and for what it is, how prices follow by it, and how many it gives. */
export function PriceRules() {
  const { t } = useLingui()
  const mayEdit = useMay()('prices.edit')
  const navigate = useNavigate()
  const read = useQuery(rulesQuery)
  useRefreshOn(TOPICS, rulesQuery.queryKey)
  const [asked, setAsked] = useState<{ what: 'change' | 'remove'; rule: PriceRule }>()
  const rules = read.data?.rules
  const toPlan = (id: number) => void navigate({ to: '/plans/$id', params: { id: String(id) } })
  const whom = (rule: PriceRule) => rule.username ?? rule.group ?? t`Everyone`
  const forWhat = (rule: PriceRule) => rule.service_code ?? rule.service_group ?? t`All services`
  const close = () => setAsked(undefined)
  return (
    <Page
      title={t`Price rules`}
      actions={
        <Button variant="default" renderRoot={(props) => <Link to="/prices" {...props} />}>
          <Trans>To the prices</Trans>
        </Button>
      }
    >
      <FaultNote fault={read.error} onRetry={() => void read.refetch()} />
      {read.isPending && <Loading rows={4} />}
      {rules?.length === 0 && (
        <Empty>
          <Trans>
            No rules yet: every price is a fixed one. A rule is set in the menu of a column of the prices, and
            its prices follow the costs from then on.
          </Trans>
        </Empty>
      )}
      {rules && rules.length > 0 && (
        <>
          <p className="muted">
            <Trans>
              The price of a service comes from the rule that is nearest to who buys: the reseller's own, then
              that of the price group, then everyone's. Of these, the rule for the service stands before that
              for its group, and that before the rule for all. A fixed price stands before the rules for the
              same buyer.
            </Trans>
          </p>
          <ul className={styles.rules} aria-label={t`Price rules`}>
            {rules.map((rule) => (
              <li key={rule.id}>
                <div>
                  <strong>{whom(rule)}</strong> <small className="muted">{rule.currency}</small>
                  <div className={rule.service_code === null ? undefined : 'code'}>{forWhat(rule)}</div>
                </div>
                <HowItFollows rule={rule} />
                <Link to="/prices" search={{ rule: String(rule.id) }} className={styles.count}>
                  <Plural value={rule.prices} one="# price" other="# prices" />
                </Link>
                {mayEdit && (
                  <span className={styles.buttons}>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      aria-label={t`Change the rule of ${whom(rule)}, ${rule.currency}: ${forWhat(rule)}`}
                      onClick={() => setAsked({ what: 'change', rule })}
                    >
                      <Trans>Change…</Trans>
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="var(--failed)"
                      aria-label={t`Remove the rule of ${whom(rule)}, ${rule.currency}: ${forWhat(rule)}`}
                      onClick={() => setAsked({ what: 'remove', rule })}
                    >
                      <Trans>Remove…</Trans>
                    </Button>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {asked?.what === 'change' && (
        <RuleDialog
          column={asked.rule}
          coin={asked.rule}
          label={whom(asked.rule)}
          scope={ownScope(asked.rule)}
          rules={rules ?? []}
          onPlan={toPlan}
          onClose={close}
        />
      )}
      {asked?.what === 'remove' && (
        <ActDialog
          title={t`Remove the rule of ${whom(asked.rule)}, ${asked.rule.currency}: ${forWhat(asked.rule)}`}
          button={t`Review what changes`}
          untouched={t`No price was changed.`}
          act={async () => {
            const input = { remove_rules: [asked.rule.id] }
            const { id } = await dataOf(api.POST('/api/operator/plans', { body: { kind: 'prices', input } }))
            toPlan(id)
          }}
          onClose={close}
        >
          <Plural
            value={asked.rule.prices}
            _0="It gives no price now. The next page shows the change; nothing is removed before you apply it."
            one="It gives # price now, for which a wider rule may give another one; else it is not sold. The next page shows it; nothing is removed before you apply it."
            other="It gives # prices now, for which wider rules may give others; what has no other is not sold. The next page shows each of them; nothing is removed before you apply it."
          />
        </ActDialog>
      )}
    </Page>
  )
}

const ownScope = ({ service, service_group }: PriceRule): Scope => ({
  of: service !== null ? 'service' : service_group !== null ? 'group' : 'all',
  group: service_group ?? '',
  service: service ?? 0,
})

/** `HowItFollows` says how prices follow by a rule, and below what is added, rounded and the least. */
function HowItFollows({ rule }: { rule: PriceRule }) {
  const { t } = useLingui()
  const text = useRuleText()
  const { currency, fixed, round, min_price: least } = rule
  const amount = (value: string) => money(value, currency)
  const more = [
    !isZero(fixed) && (isNegative(fixed) ? t`less ${amount(fixed.slice(1))}` : t`and ${amount(fixed)}`),
    round !== smallestOf(rule) && t`rounded up to ${amount(round)}`,
    least !== null && t`at least ${amount(least)}`,
  ].filter((one) => typeof one === 'string')
  return (
    <div>
      {text(rule)}
      {more.length > 0 && <div className="muted">{more.join('\u00A0· ')}</div>}
    </div>
  )
}
