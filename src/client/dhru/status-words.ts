/** OrderState is what a status says of an order. */
export type OrderState = 'open' | 'done' | 'rejected'

/**
 * `stateOf` reads a status that is a number of the protocol (0 new, 1 in process, 3 rejected, 4 done; panels disagree about all others),
 * or words that mean one thing, in any case: "Order completed". Undefined: it is neither.
 */
export function stateOf(status: string): OrderState | undefined {
  const plain = status.trim().toLowerCase()
  const state = numbers.get(plain) ?? states.get(plain)
  if (state !== undefined) return state
  const word = statusWord(status)
  return states.get(word) ?? stateOfWords(word)
}

/** `statusWord` gives a status in the spelling by which words are compared: without case, accents, dots and doubled blanks. */
export const statusWord = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replaceAll('ı', 'i')
    .replace(/[\p{P}\p{S}\p{Cf}_]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()

const numbers = new Map<string, OrderState>([
  ['0', 'open'],
  ['1', 'open'],
  ['3', 'rejected'],
  ['4', 'done'],
])

/** `words` are in English, Spanish, Portuguese, Indonesian, Russian, Arabic, Turkish, French, Vietnamese and Chinese. */
const words: Record<OrderState, string> = {
  open: `
    new, pending, waiting, awaiting, in process, in progress, inprocess, inprogress, process, processing, queued, in queue, on hold,
    submitted, received, accepted, started, placed, under process, under processing, running, unprocessed, waiting action, waiting for action
    nuevo, pendiente, en proceso, procesando, en espera, en cola, en curso, recibido, aceptado
    novo, pendente, em processo, em processamento, processando, em andamento, aguardando, na fila, recebido, aceito
    baru, tertunda, menunggu, proses, diproses, sedang diproses, dalam proses, antri, antrian, diterima, proses pengerjaan,
    dalam pengerjaan, sedang dikerjakan, dikerjakan
    новый, в процессе, в обработке, обрабатывается, ожидание, ожидает, в ожидании, в очереди, в работе, принят
    جديد, قيد التنفيذ, قيد المعالجة, قيد الانتظار, في الانتظار, معلق, جاري التنفيذ, جاري المعالجة, انتظار
    yeni, beklemede, bekliyor, işleniyor, işlemde, işleme alındı, hazırlanıyor, sırada
    nouveau, en attente, en cours, en cours de traitement, en traitement, en file d'attente, accepté, reçu
    mới, đang xử lý, chờ xử lý, đang chờ, chờ, đang tiến hành, đã nhận
    处理中, 进行中, 等待, 等待中, 待处理, 排队中, 新订单, 已接受, 已提交`,
  done: `
    success, successful, successfully, succeeded, complete, completed, done, finished, delivered, processed, available, ok
    éxito, exitoso, exitosa, completado, completada, terminado, terminada, finalizado, finalizada, listo, entregado, hecho, disponible
    sucesso, concluído, concluída, completo, completa, pronto, entregue, disponível
    selesai, sukses, berhasil, tersedia
    выполнен, выполнено, завершен, завершено, успешно, успех, готов, готово
    مكتمل, مكتملة, اكتمل, تم, تم بنجاح, ناجح, ناجحة, نجاح, منتهي
    tamamlandı, başarılı, bitti, hazır, teslim edildi
    succès, terminé, terminée, réussi, réussie, complété, effectué, livré, fini
    hoàn thành, đã hoàn thành, hoàn tất, thành công, xong
    完成, 已完成, 成功, 已成功, 已交付`,
  rejected: `
    reject, rejected, refused, declined, denied, cancel, cancelled, canceled, fail, failed, failure, not available, unavailable, not found,
    not success, not successful, unsuccessful, refunded
    rechazado, rechazada, cancelado, cancelada, anulado, fallido, fallida, no disponible, no encontrado, denegado, reembolsado
    rejeitado, rejeitada, recusado, recusada, falhou, falha, não disponível, indisponível, não encontrado, estornado
    ditolak, dibatalkan, batal, gagal, tidak tersedia, tidak ditemukan, dikembalikan
    отклонен, отклонено, отменен, отменено, отказ, отказано, не выполнен, не выполнено, неудача, недоступно, не найдено, возвращен
    مرفوض, مرفوضة, ملغي, ملغى, ملغاة, فشل, فاشل, غير متوفر, غير متاح, تم الرفض, تم الإلغاء
    reddedildi, iptal, iptal edildi, başarısız, mevcut değil, bulunamadı, iade edildi
    rejeté, rejetée, refusé, refusée, annulé, annulée, échoué, échec, non disponible, indisponible, non trouvé, remboursé
    từ chối, bị từ chối, đã từ chối, hủy, đã hủy, bị hủy, thất bại, không thành công, không có sẵn
    拒绝, 已拒绝, 取消, 已取消, 失败, 不可用, 未找到, 已退款`,
}

const listed = (list: string): string[] =>
  list
    .trim()
    .split(/\s*[,\n]\s*/)
    .map(statusWord)

const states = new Map(
  Object.entries(words).flatMap(([state, list]) => listed(list).map((word) => [word, state as OrderState])),
)

/** `beside` are words that say nothing of the state where they stand beside others that do. */
const beside = new Set(
  listed(`
  order, your, the, is, was, has, been, status, and, by, system, user, admin, successfully, now
  pedido, orden, su pedido, ha sido, fue, y, con éxito, por el sistema, por, el, sistema, exitosamente, estado
  seu pedido, foi, e, com sucesso, pelo sistema
  pesanan, order anda, telah, sudah, dan, oleh, sistem, dengan sukses
  заказ, ваш заказ, был, и, системой, успешно
  طلبك, الطلب, و, بنجاح, من قبل, النظام
  sipariş, siparişiniz, ve, başarıyla
  commande, votre commande, a été, est, et, avec succès
  đơn hàng, của bạn
  订单`),
)

/** MAX_WORDS bounds the words of a status: longer texts are sentences. */
const MAX_WORDS = 8

/** `phrasesOf` takes a status apart into words for states, without those that say nothing; undefined: it has others, such as "not". */
function phrasesOf(word: string): string[] | undefined {
  const words = word.split(' ')
  if (words.length > MAX_WORDS) return undefined
  const phrases: string[] = []
  for (let at = 0; at < words.length; ) {
    const starts = words.slice(at).map((_, less) => words.slice(at, words.length - less).join(' '))
    const phrase = starts.find((some) => states.has(some) || beside.has(some))
    if (phrase === undefined) return undefined
    if (!beside.has(phrase)) phrases.push(phrase)
    at += phrase.split(' ').length
  }
  return phrases
}

/** `stateOfWords` gives the one state that all of the words mean. */
function stateOfWords(word: string): OrderState | undefined {
  const found = new Set(phrasesOf(word)?.map((phrase) => states.get(phrase)))
  const [state] = found
  return found.size === 1 ? state : undefined
}

/** `ofRequests` are words that also say that a request went well: alone they prove nothing of the order. */
const ofRequests = new Set(
  listed(
    'success, successful, successfully, ok, éxito, exitoso, sucesso, sukses, berhasil, успешно, успех, نجاح, ناجح, تم بنجاح, başarılı, succès, réussi, thành công, 成功',
  ),
)

/** `maySpeakOfRequest` tells a status that may be about the question instead of the order. */
export function maySpeakOfRequest(status: string): boolean {
  // Of most orders a number says what became of them.
  if (numbers.has(status.trim())) return false
  const word = statusWord(status)
  return ofRequests.has(word) || (phrasesOf(word)?.every((phrase) => ofRequests.has(phrase)) ?? false)
}
