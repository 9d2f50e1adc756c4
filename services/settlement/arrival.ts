import * as z from 'zod/mini'

/** What S3 tells of objects that arrived, as far as it is read here. Keys are URL-encoded. */
export const arrivals = z.object({
  Records: z
    .array(
      z.object({
        responseElements: z.object({ 'x-amz-request-id': z.string() }),
        s3: z.object({
          bucket: z.object({ name: z.string() }),
          object: z.object({
            key: z.string(),
            versionId: z.optional(z.string()),
            /** Hexadecimal; grows from one version of a key to the next. */
            sequencer: z.string(),
          }),
        }),
      }),
    )
    .check(z.minLength(1)),
})
