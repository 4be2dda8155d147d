/** Words beside an amount that make another one of it, or none at all: nobody who takes the number for the amount is right. */

const words = (text: string): string => text.trim().split(/\s+/).join('|')

/** MULTIPLES are thousands, millions and the like; `K` is the kyat's sign, too. */
const MULTIPLES = words(`
  k m mn mm mio bn b mrd mlrd thousand thousands million millions billion hundred lakh lakhs lac lacs cr crore crores
  rb ribu jt juta ratus puluh libo mil mila mille millón millon millones milhão milhao milhões milhoes milhar tys tsd tausend bin milyon milyar
  tr triệu trieu tỷ tỉ nghìn nghin ngàn ngan trăm тыс тысяч тысяча тысячи млн миллион миллиона миллионов млрд сотен
  ألف الف آلاف مليون ملايين مائة مئة هزار میلیون صد हज़ार हजार लाख करोड़ হাজার লাখ লক্ষ אלף`)

/** PARTS are hundredths and thousandths of a currency's unit. */
const PARTS = words(`
  c ct cts cent cents centavo centavos céntimo céntimos centimo centimos centime centimes sen pence paisa paise fils fen gr grosz groszy
  kuruş kurus коп копеек копейки копейка فلس قرش هللة`)

/** UNSPACED are words of both kinds in scripts that write others right behind them. */
const UNSPACED = '[万萬億亿千百角分만천억백]|พัน|หมื่น|แสน|ล้าน|ร้อย|สตางค์'

const OTHER_UNIT = new RegExp(String.raw`^ ?(?:¢|${UNSPACED}|(?:${MULTIPLES}|${PARTS})(?!\p{L}))`, 'iu')

/** `namesOtherUnit` tells whether the text behind an amount begins with what makes more or less of it; "50p" is half a pound. */
export const namesOtherUnit = (behind: string, currency: string | undefined): boolean =>
  OTHER_UNIT.test(behind) || (currency === 'GBP' && /^ ?p(?!\p{L})/iu.test(behind))

const BOUNDS = words(
  'from starting about approx approximately circa ca upto min max desde hasta aprox ab bis od от до около mulai dari sekitar dès environ من từ',
)

/** INEXACT are signs and words of what is no amount: a share, a bound, something near, a question. */
export const INEXACT = new RegExp(String.raw`[%‰％≤≥<>≈~∼?？]|(?<!\p{L})(?:up\s+to|${BOUNDS})(?!\p{L})`, 'iu')
