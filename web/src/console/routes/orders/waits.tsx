import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { useMay } from '../../../kit/session.tsx'
import { detailWords } from '../../details.ts'
import styles from './order.module.css'
import type { Summary } from './order-data.ts'
import { passedOver } from './passed-over.ts'

type Wait = Summary['waits'][number]

const waitWords: Readonly<Record<Wait['why'], MessageDescriptor>> = {
  next: msg`It goes as soon as its supplier has room.`,
  routes: msg`At present it goes by none of its routes.`,
  no_route: msg`Its service has no route.`,
  by_hand: msg`A person does it by hand.`,
  asked: msg`A former supplier is asked first.`,
  person: msg`It waits for a person.`,
}

/** `Waits` says why items were not sent to a supplier yet, as it is now. */
export function Waits({ summary: { order, waits } }: { summary: Summary }) {
  const { t, i18n } = useLingui()
  const may = useMay()
  if (waits.length === 0) return null
  return (
    <section className={styles.waits} aria-label={t`Waiting`}>
      {waits.map(({ item, items, why, routes }) => (
        <div key={item}>
          <p>
            <strong>
              {t`Waiting`}
              {order.item_count > 1 && (
                <>
                  {'\u00A0· '}
                  <Plural value={items} one="# item" other="# items" />
                </>
              )}
            </strong>
            {'\u00A0· '}
            {i18n._(waitWords[why])}{' '}
            {why === 'no_route' && may('catalogue.read') && (
              <Link to="/catalogue/services/$service" params={{ service: order.service_code }}>
                {t`Service`}
              </Link>
            )}
          </p>
          {routes.length > 0 && (
            <ul>
              {routes.map((one, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a supplier may stand there twice, and all are read anew together.
                <li key={at}>
                  <Route route={one} />
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </section>
  )
}

/** `Route` says why items do not go by a route at present. Why a supplier is paused stands on its page. */
function Route({ route: { supplier, why, detail, said } }: { route: Wait['routes'][number] }) {
  const { i18n } = useLingui()
  const sentence = i18n._(passedOver(supplier, why))
  return (
    <>
      {useMay()('suppliers.read') ? (
        <Link to="/suppliers/$supplier" params={{ supplier }}>
          {sentence}
        </Link>
      ) : (
        sentence
      )}
      {detail !== null && why !== 'paused' && (
        <>
          {'\u00A0· '}
          <span className="muted">{why === 'refused' ? `“${detail}”` : detailWords(i18n, detail, said)}</span>
        </>
      )}
    </>
  )
}
