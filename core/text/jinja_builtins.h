#pragma once

#include "text/jinja_value.h"

#include <optional>
#include <string_view>

namespace triptych {

/// `object.name`: a method before a key, as Jinja2 looks. Throws JinjaFault if the object itself is undefined.
JinjaValue jinjaAttribute(const JinjaValue& object, std::string_view name);
/// `object[key]`: a key before a method.
JinjaValue jinjaItem(const JinjaValue& object, const JinjaValue& key);
/// `object[start:stop:step]`; null where nothing stands.
JinjaValue jinjaSlice(const JinjaValue& object, const JinjaValue* start, const JinjaValue* stop, const JinjaValue* step, JinjaBudget& budget);
/// + - * / // % **
JinjaValue jinjaArithmetic(std::string_view op, const JinjaValue& left, const JinjaValue& right, JinjaBudget& budget);

/// Calls a method of the object's type; empty if the type has none of that name.
std::optional<JinjaValue> callJinjaMethod(const JinjaValue& object, std::string_view name, JinjaCall& call);
bool hasJinjaMethod(const JinjaValue& object, std::string_view name);

/// The first argument is what the filter or test is applied to. Throws JinjaFault for names that there are not.
JinjaValue applyJinjaFilter(std::string_view name, JinjaCall& call);
bool applyJinjaTest(std::string_view name, JinjaCall& call);

/// Python's `format % values`; values: a tuple, a dict or one value.
std::string jinjaFormat(std::string_view format, const JinjaValue& values, JinjaBudget& budget);

// Python's methods of str that filters share.
enum class JinjaCase { Upper, Lower, Title, Capitalize, Swap };
std::string jinjaChangeCase(std::string_view text, JinjaCase wanted);
bool isPythonSpace(char32_t c);
enum class JinjaSide { Left = 1, Right = 2, Both = 3 };
/// Without `chars` white space is stripped.
std::string jinjaStrip(std::string_view text, JinjaSide side, const JinjaValue* chars);
/// count < 0: all.
std::string jinjaReplace(std::string_view text, std::string_view old, std::string_view with, std::int64_t count, JinjaBudget& budget);
std::string jinjaJoin(const JinjaValues& items, std::string_view separator, JinjaBudget& budget);

} // namespace triptych
