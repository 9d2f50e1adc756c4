/** All of them one after the other, whatever fails; throws what failed first. */
export async function inTurn(...acts: (() => unknown)[]): Promise<void> {
  const failed: unknown[] = []
  for (const act of acts) {
    try {
      await act()
    } catch (error) {
      failed.push(error)
    }
  }
  if (failed.length > 0) throw failed[0]
}
