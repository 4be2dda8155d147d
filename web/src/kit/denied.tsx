import { Trans, useLingui } from '@lingui/react/macro'
import { Empty } from './notes.tsx'
import { Page } from './page.tsx'
import { roleWords } from './role-words.ts'
import { useSession } from './session.tsx'

/** `Denied` stands in place of a page that the person's role may not see, and names what it lacks: one of the permissions. */
export function Denied({ title, permissions }: { title: string; permissions: readonly string[] }) {
  const { person } = useSession()
  const { i18n } = useLingui()
  const role = i18n._(roleWords(person.role))
  const named = permissions.join(', ')
  return (
    <Page title={title}>
      <Empty>
        {permissions.length === 1 ? (
          <Trans>
            Your role, {role}, lacks the permission <span className="code">{named}</span>. An owner can give
            you another role.
          </Trans>
        ) : (
          <Trans>
            Your role, {role}, has none of the permissions <span className="code">{named}</span>. An owner can
            give you another role.
          </Trans>
        )}
      </Empty>
    </Page>
  )
}
