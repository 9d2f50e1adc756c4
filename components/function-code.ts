import * as pulumi from '@pulumi/pulumi'

/** A bundle by its name, built into `dist/functions/<bundle>` (services/bundle.ts), or an archive in S3. */
export type FunctionCode =
  | { bundle: string }
  | { bucket: pulumi.Input<string>; key: string; version: pulumi.Input<string> }

/**
 * The code as the function takes it. The path is relative to the program's folder, so that no machine's paths get
 * into the state. program.ts builds the bundles before Pulumi reads them; the offline preview reads none.
 */
export const codeArgs = (code: FunctionCode) =>
  'bundle' in code
    ? { code: new pulumi.asset.FileArchive(`dist/functions/${code.bundle}`) }
    : { s3Bucket: code.bucket, s3Key: code.key, s3ObjectVersion: code.version }
