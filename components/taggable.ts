/**
 * Types of this program that take `tags`. A test compares the list with @pulumi/aws: a type that is missing here,
 * or that takes none, fails it.
 */
export const taggable: ReadonlySet<string> = new Set(['aws:kms/key:Key'])
