/**
 * One name for each figure, whatever the log format. Insights finds the @-fields in text reports (memory in bytes, by
 * the thousand) and the dotted ones in JSON; a restore it leaves in the text.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
const fields = String.raw`parse @message /\tRestore Duration: (?<restoreText>[\d.]+) ms/
| parse @message /Billed Restore Duration: (?<billedRestoreText>[\d.]+) ms/
| fields @memorySize / 1000000 as memoryText, @maxMemoryUsed / 1000000 as usedText
| fields coalesce(@duration, record.metrics.durationMs) as ms,
  coalesce(@billedDuration, record.metrics.billedDurationMs) as billedMs,
  coalesce(memoryText, record.metrics.memorySizeMB) as memoryMb,
  coalesce(usedText, record.metrics.maxMemoryUsedMB) as used,
  coalesce(@initDuration, record.metrics.initDurationMs) as initMs,
  coalesce(restoreText, record.metrics.restoreDurationMs) as restoreMs,
  coalesce(billedRestoreText, record.metrics.billedRestoreDurationMs, 0) as billedRestoreMs,
  coalesce(record.status, @message) as status
| fields coalesce(initMs, restoreMs) as coldMs, coalesce(initMs, 0) as paidInitMs
| fields ceil(ms + paidInitMs) + billedRestoreMs as todayMs, ceil(ms / 100) * 100 as oldMs,
  strcontains(status, "timeout") as late`

const reports = `${fields}
| filter (@type = "REPORT" or type = "platform.report") and ispresent(billedMs)`

const quantiles = (of: string, name: string) =>
  `pct(${of}, 50) as ${name}50, pct(${of}, 95) as ${name}95, pct(${of}, 99) as ${name}99, max(${of}) as ${name}Max`

export const queries = {
  bySize: `${reports}
| stats count(*) as invocations, sum(billedMs) as billed, sum(todayMs) as billed1, sum(oldMs) as billed100,
  max(used) as usedMb, ${quantiles('ms', 'duration')} by @log, memoryMb`,
  byFunction: `${reports}
| stats count(coldMs) as coldStarts, sum(late) as timeouts, ${quantiles('ms', 'duration')},
  ${quantiles('coldMs', 'init')} by @log`,
  unreadable: `${fields}
| filter (@message like /^REPORT RequestId/ or type = "platform.report") and not ispresent(billedMs)
| display @log, @message`,
}
