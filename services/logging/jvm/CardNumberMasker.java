package lift.logging;

import com.fasterxml.jackson.core.JsonStreamContext;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import net.logstash.logback.mask.ValueMasker;

/** Masks card numbers in every value a log line has. The same rules as ../card-numbers.ts, and a test compares the two. */
public final class CardNumberMasker implements ValueMasker {
  private static final Pattern GROUPED =
      Pattern.compile("[0-9]+(?:[ \u00a0\u2010-\u2014-]{1,2}[0-9]+)*");
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final int LEAST = 12;
  private static final int MOST = 19;

  /** Null: the value stays as it is. */
  @Override
  public Object mask(JsonStreamContext context, Object value) {
    if (value instanceof CharSequence text) {
      String masked = maskText(text.toString());
      return masked.contentEquals(text) ? null : masked;
    }
    if (value instanceof Number number) {
      String digits = number.toString().replaceFirst("^-", "");
      return isCard(digits) ? maskText(digits) : null;
    }
    return null;
  }

  public static String maskText(String text) {
    return GROUPED
        .matcher(text)
        .replaceAll(found -> java.util.regex.Matcher.quoteReplacement(
            found.group().length() < LEAST ? found.group() : maskGroups(found.group())));
  }

  private static String maskGroups(String found) {
    List<MatchResult> groups = DIGITS.matcher(found).results().toList();
    List<int[]> numbers = new ArrayList<>();
    for (int first = 0; first < groups.size(); first++) {
      int end = endOfNumber(groups, first);
      if (end < 0) continue;
      int begin = groups.get(first).start();
      int[] last = numbers.isEmpty() ? null : numbers.get(numbers.size() - 1);
      // Numbers that share digits are masked as one.
      if (last != null && begin < last[1]) last[1] = Math.max(last[1], end);
      else numbers.add(new int[] {begin, end});
    }
    StringBuilder result = new StringBuilder();
    int copied = 0;
    for (int[] number : numbers) {
      String digits = found.substring(number[0], number[1]).replaceAll("[^0-9]", "");
      result.append(found, copied, number[0]).append("****").append(digits.substring(digits.length() - 4));
      copied = number[1];
    }
    return result.append(found, copied, found.length()).toString();
  }

  private static int endOfNumber(List<MatchResult> groups, int first) {
    StringBuilder digits = new StringBuilder();
    int end = -1;
    for (MatchResult group : groups.subList(first, groups.size())) {
      digits.append(group.group());
      if (digits.length() > MOST) break;
      if (isCard(digits.toString())) end = group.end();
    }
    return end;
  }

  /** ISO/IEC 7812-1, annex B. */
  private static boolean isCard(String digits) {
    if (digits.length() < LEAST || digits.length() > MOST) return false;
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      if (digit < 0 || digit > 9) return false;
      int doubled = i % 2 == 1 ? digit * 2 : digit;
      sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 == 0;
  }
}
