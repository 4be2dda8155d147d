import { show } from '../kit/app.tsx'
import { Gate } from '../kit/gate.tsx'

await show(<Gate title="imeigate">…</Gate>)
