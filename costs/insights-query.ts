/**
 * One name for each figure, whatever the log format: Insights finds the @-fields in text reports (memory in bytes,
 * by the thousand) and the dotted ones in JSON.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
const fields = `fields coalesce(@duration, record.metrics.durationMs) as ms,
  coalesce(@billedDuration, record.metrics.billedDurationMs) as billedMs,
  coalesce(@memorySize / 1000000, record.metrics.memorySizeMB) as memoryMb,
  coalesce(@maxMemoryUsed / 1000000, record.metrics.maxMemoryUsedMB) as used,
  coalesce(@initDuration, record.metrics.initDurationMs) as onlyInitMs,
  coalesce(onlyInitMs, @restoreDuration, record.metrics.restoreDurationMs) as coldMs,
  coalesce(@billedRestoreDuration, record.metrics.billedRestoreDurationMs, 0) as restoredMs`

const isReport = `(@type = "REPORT" or type = "platform.report")`

const quantiles = (of: string, name: string) =>
  `pct(${of}, 50) as ${name}50, pct(${of}, 95) as ${name}95, pct(${of}, 99) as ${name}99, max(${of}) as ${name}Max`

export const queries = {
  bySize: `${fields}
| filter ${isReport} and ispresent(billedMs)
| stats count(*) as invocations, sum(billedMs) as billed,
  sum(ceil(ms + coalesce(onlyInitMs, 0)) + restoredMs) as billed1, sum(ceil(ms / 100) * 100) as billed100,
  max(used) as usedMb, ${quantiles('ms', 'duration')} by @log, memoryMb`,
  byFunction: `${fields}
| filter ${isReport} and ispresent(billedMs)
| stats count(coldMs) as coldStarts, sum(strcontains(coalesce(record.status, @message), "timeout")) as timeouts,
  ${quantiles('ms', 'duration')}, ${quantiles('coldMs', 'init')} by @log`,
  unreadable: `${fields}
| filter (@message like /^REPORT RequestId/ or type = "platform.report") and not ispresent(billedMs)
| display @log, @message`,
}
