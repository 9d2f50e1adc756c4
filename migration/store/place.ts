/** `s3://bucket/prefix` */
export const s3Place = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/

/** The bucket, and a prefix that ends in `/` unless it is empty. */
export function parseS3Place(place: string): { Bucket: string; prefix: string } {
  const found = s3Place.exec(place)
  if (!found) throw new Error(`${place} is no place in S3: s3://bucket/prefix`)
  const path = (found[2] ?? '').replace(/\/+$/, '')
  return { Bucket: found[1] as string, prefix: path && `${path}/` }
}
