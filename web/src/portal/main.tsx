import { Gate } from '../gate/gate.tsx'
import { show } from '../kit/app.tsx'

await show(<Gate title="imeigate">…</Gate>)
