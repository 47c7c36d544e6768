/** The picture as a PNG: painted on a canvas of its own, as sharp as that may be, with the link in a chunk. */
import { stripsOn } from '../timeline/strips'
import { type Picture, paintLink, paintPicture } from './picture'
import { withText } from './png'

/** Points per px, if the canvas does not get larger than every browser makes one. */
const SHARP = 2
const MOST_POINTS = 16_000_000

/** The PNG; null where the browser does not make one. */
export async function toPng(picture: Picture, document: Document): Promise<Blob | null> {
  const scale = Math.min(SHARP, Math.sqrt(MOST_POINTS / (picture.width * picture.height)))
  const canvas = document.createElement('canvas')
  canvas.width = Math.floor(picture.width * scale)
  canvas.height = Math.floor(picture.height * scale)
  const c = canvas.getContext('2d')
  if (!c) return null
  c.scale(canvas.width / picture.width, canvas.height / picture.height)
  paintPicture(c, picture, stripsOn(c))
  paintLink(c, picture)
  const plain = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!plain) return null
  const bytes = withText(new Uint8Array(await plain.arrayBuffer()), picture.texts.address)
  return new Blob([bytes], { type: 'image/png' })
}
