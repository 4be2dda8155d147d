/** MAX_BYTES is what the server takes as a proof; SIDES are how many pixels of a photo's longer side are tried, the most first. */
const MAX_BYTES = 1_048_576
const SIDES = [2400, 1600, 1000]

/** `proofOf` gives a file as base64, as the server takes it. A photo that is too large is made smaller. Throws an Error in words for what cannot be taken. */
export async function proofOf(file: File, tooLarge: string): Promise<string> {
  const isPhoto = file.type.startsWith('image/')
  const isTaken = ['image/png', 'image/jpeg', 'application/pdf'].includes(file.type)
  const small = isTaken && file.size <= MAX_BYTES ? file : isPhoto ? await smaller(file) : undefined
  if (!small) throw new Error(tooLarge)
  return await base64Of(small)
}

/** `smaller` gives the largest picture that fits; undefined: it is none that this browser can read, or none fits. */
async function smaller(file: File): Promise<Blob | undefined> {
  const image = await createImageBitmap(file).catch(() => undefined)
  if (!image) return undefined
  try {
    for (const side of SIDES) {
      const photo = await scaled(image, Math.min(1, side / Math.max(image.width, image.height)))
      if (photo && photo.size <= MAX_BYTES) return photo
    }
    return undefined
  } finally {
    image.close()
  }
}

function scaled(image: ImageBitmap, scale: number): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.width * scale)
  canvas.height = Math.round(image.height * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85))
}

function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}
