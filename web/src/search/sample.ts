// Makes a question out of a picture file: its bytes in base64, shrunk first when it is large.
import type { PictureSample } from './query';

const SEND_AS_IT_IS_BYTES = 4_000_000;
const MOST_BYTES = 32_000_000;
const SHRUNK_SIDE_PX = 1600;
const PREVIEW_PX = 64;

/** The picture in a drop or a paste, if there is one. */
export function pictureIn(data: DataTransfer | null): File | null {
  const files = [...(data?.files ?? [])];
  return files.find((file) => file.type.startsWith('image/')) ?? files[0] ?? null;
}

/** Throws a sentence for the user when the file cannot be asked with. */
export async function sampleOf(file: File): Promise<PictureSample> {
  const name = file.name || 'pasted picture';
  if (file.size === 0) throw new Error(`${name} is empty`);
  const decoded = await decode(file);
  const preview = decoded ? await small(decoded) : null;
  const bytes = decoded && file.size > SEND_AS_IT_IS_BYTES ? await shrink(decoded, file) : file;
  decoded?.close();
  if (bytes.size > MOST_BYTES) throw new Error(`${name} is too large to search with (at most 32 MB)`);
  return { name, base64: await base64(bytes), preview };
}

/** Nothing for formats that this browser cannot show; the daemon may well read them. */
async function decode(file: Blob): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(file);
  } catch {
    return null;
  }
}

async function small(picture: ImageBitmap): Promise<ImageBitmap> {
  const side = Math.min(picture.width, picture.height);
  return createImageBitmap(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, {
    resizeWidth: PREVIEW_PX,
    resizeHeight: PREVIEW_PX,
    resizeQuality: 'high',
  });
}

async function shrink(picture: ImageBitmap, file: Blob): Promise<Blob> {
  const scale = SHRUNK_SIDE_PX / Math.max(picture.width, picture.height);
  if (scale >= 1) return file;
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), 'image/jpeg', 0.92));
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''));
    reader.onerror = () => reject(new Error('the picture could not be read'));
    reader.readAsDataURL(blob);
  });
}
