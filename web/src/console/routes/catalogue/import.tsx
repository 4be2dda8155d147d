import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { CsvForm } from '../../../kit/csv-form.tsx'
import { Denied } from '../../../kit/denied.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'

/** `Import` reads services of a file into a plan. */
export function Import() {
  const { t } = useLingui()
  const navigate = useNavigate()
  const may = useMay()
  const lacking = ['catalogue.edit', 'prices.edit'].filter((one) => !may(one))
  if (lacking.length > 0) return <Denied title={t`Services of a file`} permissions={lacking.slice(0, 1)} />
  return (
    <Page title={t`Services of a file`} narrow>
      <CsvForm
        untouched={t`No service was changed.`}
        makePlan={async (text) => {
          const body = { kind: 'services.csv', input: { text } } as const
          const { id } = await dataOf(api.POST('/api/operator/plans', { body }))
          await navigate({ to: '/plans/$id', params: { id: String(id) } })
        }}
        end={
          <Button variant="default" component={Link} to="/catalogue/services">
            <Trans>Back to the services</Trans>
          </Button>
        }
      >
        <Trans>
          The first line names the columns, as the{' '}
          <a href="/api/operator/services.csv" download>
            exported file
          </a>{' '}
          has them. Only <span className="code">code</span> is needed: a code that is known is changed,
          another one is made, and a service that the file does not name stays. What is empty stays as it is.
          Commas, semicolons and tabs are understood.
        </Trans>
      </CsvForm>
    </Page>
  )
}
