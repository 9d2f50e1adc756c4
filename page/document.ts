import { type Content, type Markup, markup, raw } from './markup.ts'

export interface DocumentArgs {
  title: string
  style: string
  /** Further elements of the head. */
  head?: Content
  /** Sources of pictures that the page may show; none by default. */
  images?: 'data:'
  body: Markup
}

/** A page in one file that loads nothing and runs nothing (its policy forbids both): to be kept, mailed or printed. */
export const document = ({ title, style, head, images, body }: DocumentArgs): string =>
  markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${images && `; img-src ${images}`}">
<title>${title}</title>
${head}
<style>${raw(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.text
