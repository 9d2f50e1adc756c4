const names = new Set(['ArgsError', 'SettingsError', 'StackFileError', 'TreeError', 'PreviewFileError'])

/** Is it something the user can mend, and not a fault of the program? */
export function isMistake(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  // Pulumi's mark of an error that is meant for the user.
  return names.has(error.name) || '__pulumiRunError' in error
}
