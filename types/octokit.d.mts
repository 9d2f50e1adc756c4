/**
 * What `npm run typecheck` reads in place of Octokit's types, which are those of all of GitHub, an eighth of what the
 * check would read: answers are validated where they are used (github/client.ts). CI checks against all of it as well.
 */
type Plugin = (octokit: object, options: object) => object

export declare class Octokit {
  constructor(options: object)
  static plugin(...plugins: Plugin[]): typeof Octokit
}
export declare const paginateRest: Plugin
export declare const retry: Plugin
export declare const throttling: Plugin
