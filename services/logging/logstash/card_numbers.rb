# Masks card numbers in every field of an event: the last gate before anything is written. The same rules as
# ../card-numbers.ts, and a test compares the two. For Logstash's ruby filter; plain Ruby, so that it runs without it.
module CardNumbers
  GROUPED = /\d+(?:[ \u00a0\u2010-\u2014-]{1,2}\d+)*/
  LENGTHS = (12..19)

  module_function

  # ISO/IEC 7812-1, annex B.
  def card?(digits)
    return false unless LENGTHS.cover?(digits.length)
    sum = digits.reverse.each_char.with_index.sum do |char, index|
      digit = char.to_i
      index.odd? ? (digit * 2).divmod(10).sum : digit
    end
    (sum % 10).zero?
  end

  def mask(value)
    case value
    when String then mask_text(value)
    when Integer then card?(value.abs.to_s) ? mask_text(value.abs.to_s) : value
    when Array then value.map { |each| mask(each) }
    when Hash then value.to_h { |key, each| [mask_text(key.to_s), mask(each)] }
    else value
    end
  end

  def mask_text(text)
    # Bytes that are no UTF-8 must not make the mask fail: it would be stepped over.
    (text.valid_encoding? ? text : text.scrub('?')).gsub(GROUPED) { |found| found.length < LENGTHS.begin ? found : mask_groups(found) }
  end

  def mask_groups(found)
    groups = []
    found.scan(/\d+/) { |digits| groups << [digits, Regexp.last_match.begin(0)] }
    result = +''
    copied = 0
    each_number(groups) do |first, last|
      result << found[copied...first] << '****' << found[first...last].gsub(/\D/, '')[-4..]
      copied = last
    end
    result << found[copied..]
  end

  # Where numbers begin and end; those that share digits as one.
  def each_number(groups)
    first = last = nil
    groups.each_with_index do |(_, at), index|
      ends = end_of_number(groups, index)
      if first && at >= last
        yield first, last
        first = nil
      end
      next unless ends
      first ||= at
      last = [last || 0, ends].max
    end
    yield first, last if first
  end

  def end_of_number(groups, index)
    digits = +''
    ends = nil
    groups[index..].each do |group, at|
      digits << group
      break if digits.length > LENGTHS.end
      ends = at + group.length if card?(digits)
    end
    ends
  end
end

def register(_params); end

def filter(event)
  event.to_hash.each do |field, value|
    masked = CardNumbers.mask(value)
    name = CardNumbers.mask_text(field)
    next if masked == value && name == field
    event.remove("[#{field}]") unless name == field
    event.set("[#{name}]", masked)
  end
  [event]
end
