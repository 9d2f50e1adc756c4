/** Markdown of a report as a terminal shows it best. */
export const plainText = (markdown: string): string =>
  markdown
    .split('\n')
    .filter((line) => !/^(<\/details>|\|[-:|]+\|)$/.test(line))
    .map((line) =>
      line
        .replace(/^<details><summary>(.*)<\/summary>$/, '\n$1')
        .replace(/^#+ /, '')
        .replaceAll(/<\/?b>/g, '')
        .replaceAll(/\*\*|(?<!\\)`/g, '')
        .replaceAll(/\\([\\`*_[\]<>|#~&])/g, '$1')
        .replaceAll('\u200b', '')
        .replace(/^\| (.*) \|$/, (_, cells: string) =>
          cells
            .split(' | ')
            .map((cell) => cell.padEnd(11))
            .join(' '),
        ),
    )
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
