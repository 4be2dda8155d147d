/** MAX_BYTES is what the server takes as a proof; MAX_SIDE is how many pixels of a photo are enough to read a receipt by. */
const MAX_BYTES = 1_048_576
const MAX_SIDE = 2000

/** `proofOf` gives a file as base64, as the server takes it. A photo that is too large is made smaller. Throws an Error in words for what cannot be taken. */
export async function proofOf(file: File, tooLarge: string): Promise<string> {
  const isPhoto = file.type.startsWith('image/')
  const isTaken = ['image/png', 'image/jpeg', 'application/pdf'].includes(file.type)
  const small = isTaken && file.size <= MAX_BYTES ? file : isPhoto ? await smaller(file) : undefined
  if (!small || small.size > MAX_BYTES) throw new Error(tooLarge)
  return await base64Of(small)
}

async function smaller(file: File): Promise<Blob | undefined> {
  const image = await createImageBitmap(file).catch(() => undefined)
  if (!image) return undefined
  const scale = Math.min(1, MAX_SIDE / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.width * scale)
  canvas.height = Math.round(image.height * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  image.close()
  return (
    (await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85))) ?? undefined
  )
}

function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}
