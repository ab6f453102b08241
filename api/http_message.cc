#include "api/http_message.h"

namespace fovea::api {

std::optional<std::string_view> Request::FindHeader(std::string_view lower_case_name) const {
  for (const Header& header : headers) {
    if (header.name == lower_case_name) return header.value;
  }
  return std::nullopt;
}

std::string_view Request::HeaderOr(std::string_view lower_case_name, std::string_view otherwise) const {
  return FindHeader(lower_case_name).value_or(otherwise);
}

bool Response::Has(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return true;
  }
  return false;
}

int64_t Response::BodyBytes() const {
  if (const auto* slice = std::get_if<FileSlice>(&body)) return slice->length;
  if (const auto* view = std::get_if<std::string_view>(&body)) return static_cast<int64_t>(view->size());
  return static_cast<int64_t>(std::get<std::string>(body).size());
}

}  // namespace fovea::api
