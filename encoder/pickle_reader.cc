#include "encoder/pickle_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "base/log.h"
#include "encoder/pickle_globals.h"

namespace fovea::encoder {
namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMostValues = 1'000'000;
constexpr size_t kMostNameBytes = 500;
constexpr size_t kMostShown = 80;  // of a name in a message

// The codes of a pickle that hold or build something; all others are refused.
enum Code : char {
  kMark = '(', kStop = '.', kPop = '0', kPopMark = '1', kDup = '2', kFloat = 'F', kInt = 'I', kLong = 'L', kNone = 'N',
  kBinInt = 'J', kBinInt1 = 'K', kBinInt2 = 'M', kBinFloat = 'G', kLong1 = '\x8a', kLong4 = '\x8b', kTrue = '\x88', kFalse = '\x89',
  kUnicode = 'V', kBinUnicode = 'X', kShortBinUnicode = '\x8c', kBinUnicode8 = '\x8d', kBinString = 'T', kShortBinString = 'U',
  kBinBytes = 'B', kShortBinBytes = 'C', kBinBytes8 = '\x8e', kEmptyTuple = ')', kTuple = 't', kTuple1 = '\x85', kTuple2 = '\x86',
  kTuple3 = '\x87', kEmptyList = ']', kList = 'l', kAppend = 'a', kAppends = 'e', kEmptyDict = '}', kDict = 'd', kSetItem = 's',
  kSetItems = 'u', kGlobal = 'c', kStackGlobal = '\x93', kReduce = 'R', kNewObject = '\x81', kBuild = 'b', kBinPersId = 'Q',
  kGet = 'g', kBinGet = 'h', kLongBinGet = 'j', kPut = 'p', kBinPut = 'q', kLongBinPut = 'r', kMemoize = '\x94',
  kProto = '\x80', kFrame = '\x95'
};

std::string Shown(std::string_view text) {
  std::string shown(text.substr(0, kMostShown));
  std::ranges::replace_if(shown, [](char c) { return static_cast<unsigned char>(c) < ' '; }, '?');
  return shown;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<PickleValues> Run() {
    while (true) {
      code_at_ = at_;
      ASSIGN_OR_RETURN(const std::string_view code, Take(1));
      if (code[0] == kStop) break;
      RETURN_IF_ERROR(Step(code[0]));
      const size_t most = std::max({values_.all.size(), items_, stack_.size(), marks_.size(), memo_.size()});
      if (most > kMostValues) return Failed(Wrong(StrCat("more than ", kMostValues, " values")));
    }
    ASSIGN_OR_RETURN(values_.root, Pop());
    values_.bytes = at_;
    return std::move(values_);
  }

 private:
  Status Wrong(const std::string& what) const { return Corrupt(StrCat("pickle, byte ", code_at_, ": ", what)); }
  Status Refused(std::string_view name) const {
    return Unsupported(StrCat("pickle, byte ", code_at_, ": it names \"", Shown(name), "\"; only tensors and plain containers are read, and nothing is run"));
  }

  // ---- bytes ----
  Result<std::string_view> Take(uint64_t count) {
    if (count > bytes_.size() - at_) return Failed(Wrong("it is cut"));
    const std::string_view taken = bytes_.substr(at_, static_cast<size_t>(count));
    at_ += static_cast<size_t>(count);
    return taken;
  }
  template <typename T>
  Result<T> TakeNumber() {
    ASSIGN_OR_RETURN(const std::string_view raw, Take(sizeof(T)));
    T value = 0;
    std::memcpy(&value, raw.data(), sizeof(value));
    return value;
  }
  template <typename Length>
  Result<std::string_view> TakeText() {
    ASSIGN_OR_RETURN(const Length length, TakeNumber<Length>());
    return Take(length);
  }
  Result<std::string_view> TakeLine() {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) return Failed(Wrong("it is cut"));
    ASSIGN_OR_RETURN(const std::string_view line, Take(end - at_));
    ++at_;
    return line;
  }
  // A decimal number on a line of its own, as protocol 0 writes them; a long one ends in 'L'.
  Result<int64_t> TakeDecimal() {
    ASSIGN_OR_RETURN(std::string_view line, TakeLine());
    if (line.ends_with('L')) line.remove_suffix(1);
    int64_t value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc() || end != line.data() + line.size()) return Failed(Wrong("\"" + Shown(line) + "\" is not a number"));
    return value;
  }

  // ---- stack ----
  Status Push(PickleValue value) {
    stack_.push_back(static_cast<PickleId>(values_.all.size()));
    values_.all.push_back(std::move(value));
    return Status::Ok();
  }
  Status PushInteger(int64_t value, Kind kind = Kind::kInteger) { return Push({.kind = kind, .integer = value, .text = {}, .items = {}}); }
  Status PushText(Kind kind, std::string_view text) { return Push({.kind = kind, .integer = 0, .text = std::string(text), .items = {}}); }
  Status PushItems(Kind kind, std::vector<PickleId> items) {
    items_ += items.size();
    return Push({.kind = kind, .integer = 0, .text = {}, .items = std::move(items)});
  }
  Status PushResult(const Result<std::string_view>& text) {
    if (!text) return text.error();
    return PushText(Kind::kText, *text);
  }
  template <typename T>
  Status PushResult(const Result<T>& integer) {
    if (!integer) return integer.error();
    return PushInteger(static_cast<int64_t>(*integer));
  }
  // What stands above the last mark belongs to what the mark began.
  size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }
  Result<PickleId> Pop() {
    if (stack_.size() <= Floor()) return Failed(Wrong("it takes more than it put"));
    const PickleId id = stack_.back();
    stack_.pop_back();
    return id;
  }
  Result<std::vector<PickleId>> PopToMark() {
    if (marks_.empty()) return Failed(Wrong("there is no mark"));
    std::vector<PickleId> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  Result<std::vector<PickleId>> PopCount(size_t count) {
    if (stack_.size() < Floor() + count) return Failed(Wrong("it takes more than it put"));
    std::vector<PickleId> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  // The container that `items` are put into.
  Status Extend(Kind kind, const std::vector<PickleId>& items) {
    if (stack_.size() <= Floor()) return Wrong("there is nothing to put items into");
    PickleValue& container = values_.all[stack_.back()];
    if (container.kind != kind) return Wrong(kind == Kind::kDict ? "items are set in what is no dict" : "items are appended to what is no list");
    if (kind == Kind::kDict && items.size() % 2 != 0) return Wrong("a key without a value");
    items_ += items.size();
    container.items.insert(container.items.end(), items.begin(), items.end());
    return Status::Ok();
  }
  Status ExtendToMark(Kind kind) {
    ASSIGN_OR_RETURN(const std::vector<PickleId> items, PopToMark());
    return Extend(kind, items);
  }
  Status ExtendByCount(Kind kind, size_t count) {
    ASSIGN_OR_RETURN(const std::vector<PickleId> items, PopCount(count));
    return Extend(kind, items);
  }
  Status Collect(Kind kind, Result<std::vector<PickleId>> items) {
    if (!items) return items.error();
    if (kind == Kind::kDict && items->size() % 2 != 0) return Wrong("a key without a value");
    return PushItems(kind, *std::move(items));
  }

  // ---- memo ----
  Status Remember(const Result<uint32_t>& place) {
    if (!place) return place.error();
    if (stack_.size() <= Floor()) return Wrong("there is nothing to remember");
    memo_[*place] = stack_.back();
    return Status::Ok();
  }
  Status Recall(const Result<uint32_t>& place) {
    if (!place) return place.error();
    const auto found = memo_.find(*place);
    if (found == memo_.end()) return Wrong(StrCat("it recalls ", *place, ", which it never remembered"));
    stack_.push_back(found->second);
    return Status::Ok();
  }
  template <typename T>
  Result<uint32_t> Place() {
    ASSIGN_OR_RETURN(const T place, TakeNumber<T>());
    return static_cast<uint32_t>(place);
  }
  Result<uint32_t> DecimalPlace() {
    ASSIGN_OR_RETURN(const int64_t place, TakeDecimal());
    if (place < 0 || place > UINT32_MAX) return Failed(Wrong("a place in the memo that cannot be"));
    return static_cast<uint32_t>(place);
  }

  Status Step(char code);
  std::optional<Status> StepNumber(char code);
  std::optional<Status> StepText(char code);
  std::optional<Status> StepContainer(char code);
  std::optional<Status> StepMemo(char code);
  Status StepObject(char code);
  Status PushLong(Result<std::string_view> raw);
  Status PushGlobal(const std::string& name);
  Status GlobalFromLines();
  Status GlobalFromStack();
  Status Reduce();
  Status NewObject();
  Status Build();
  Status OrderedDict(const std::vector<PickleId>& arguments);

  const std::string_view bytes_;
  size_t at_ = 0, code_at_ = 0;
  size_t items_ = 0;  // of all containers together
  PickleValues values_;
  std::vector<PickleId> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleId> memo_;
};

Status Reader::Step(char code) {
  for (const auto step : {&Reader::StepMemo, &Reader::StepText, &Reader::StepNumber, &Reader::StepContainer}) {
    if (std::optional<Status> status = (this->*step)(code)) return *std::move(status);
  }
  return StepObject(code);
}

// Each of the following gives nothing where the code is none of its own.
std::optional<Status> Reader::StepMemo(char code) {
  switch (code) {
    case kGet: return Recall(DecimalPlace());
    case kBinGet: return Recall(Place<uint8_t>());
    case kLongBinGet: return Recall(Place<uint32_t>());
    case kPut: return Remember(DecimalPlace());
    case kBinPut: return Remember(Place<uint8_t>());
    case kLongBinPut: return Remember(Place<uint32_t>());
    case kMemoize: return Remember(static_cast<uint32_t>(memo_.size()));
    default: return std::nullopt;
  }
}

std::optional<Status> Reader::StepText(char code) {
  switch (code) {
    case kUnicode: return PushResult(TakeLine());
    case kShortBinUnicode:
    case kShortBinString:
    case kShortBinBytes: return PushResult(TakeText<uint8_t>());
    case kBinUnicode:
    case kBinString:
    case kBinBytes: return PushResult(TakeText<uint32_t>());
    case kBinUnicode8:
    case kBinBytes8: return PushResult(TakeText<uint64_t>());
    default: return std::nullopt;
  }
}

std::optional<Status> Reader::StepNumber(char code) {
  const auto number = [&](const Result<std::string_view>& raw) { return raw ? PushInteger(0, Kind::kNumber) : raw.error(); };
  switch (code) {
    case kNone: return PushInteger(0, Kind::kNone);
    case kTrue: return PushInteger(1, Kind::kBool);
    case kFalse: return PushInteger(0, Kind::kBool);
    case kInt:
    case kLong: return PushResult(TakeDecimal());
    case kBinInt: return PushResult(TakeNumber<int32_t>());
    case kBinInt1: return PushResult(TakeNumber<uint8_t>());
    case kBinInt2: return PushResult(TakeNumber<uint16_t>());
    case kLong1: return PushLong(TakeText<uint8_t>());
    case kLong4: return PushLong(TakeText<uint32_t>());
    case kFloat: return number(TakeLine());
    case kBinFloat: return number(Take(8));
    default: return std::nullopt;
  }
}

std::optional<Status> Reader::StepContainer(char code) {
  switch (code) {
    case kMark: marks_.push_back(stack_.size()); return Status::Ok();
    case kEmptyTuple: return PushItems(Kind::kTuple, {});
    case kTuple1: return Collect(Kind::kTuple, PopCount(1));
    case kTuple2: return Collect(Kind::kTuple, PopCount(2));
    case kTuple3: return Collect(Kind::kTuple, PopCount(3));
    case kTuple: return Collect(Kind::kTuple, PopToMark());
    case kEmptyList: return PushItems(Kind::kList, {});
    case kList: return Collect(Kind::kList, PopToMark());
    case kEmptyDict: return PushItems(Kind::kDict, {});
    case kDict: return Collect(Kind::kDict, PopToMark());
    case kAppend: return ExtendByCount(Kind::kList, 1);
    case kAppends: return ExtendToMark(Kind::kList);
    case kSetItem: return ExtendByCount(Kind::kDict, 2);
    case kSetItems: return ExtendToMark(Kind::kDict);
    default: return std::nullopt;
  }
}

Status Reader::StepObject(char code) {
  switch (code) {
    case kProto: return AsStatus(Take(1));
    case kFrame: return AsStatus(Take(8));  // frames only help to read ahead
    case kPop: return AsStatus(Pop());
    case kPopMark: return AsStatus(PopToMark());
    case kDup:
      if (stack_.size() <= Floor()) return Wrong("there is nothing to double");
      stack_.push_back(stack_.back());
      return Status::Ok();
    case kGlobal: return GlobalFromLines();
    case kStackGlobal: return GlobalFromStack();
    case kReduce: return Reduce();
    case kNewObject: return NewObject();
    case kBuild: return Build();
    case kBinPersId: {
      ASSIGN_OR_RETURN(const PickleId name, Pop());
      if (values_[name].kind != Kind::kTuple) return Wrong("data that is not named by a tuple");
      return PushItems(Kind::kStorage, values_[name].items);
    }
    default: return Unsupported(StrCat("pickle, byte ", code_at_, ": code ", static_cast<int>(static_cast<unsigned char>(code)), " is none that weights need"));
  }
}

Status Reader::PushLong(Result<std::string_view> raw) {
  if (!raw) return raw.error();
  if (raw->size() > sizeof(int64_t)) return PushText(Kind::kInteger, *raw);
  uint64_t value = !raw->empty() && (raw->back() & 0x80) != 0 ? ~uint64_t{0} : 0;
  std::memcpy(&value, raw->data(), raw->size());
  return PushInteger(static_cast<int64_t>(value));
}

Status Reader::PushGlobal(const std::string& name) {
  if (FindPickleGlobal(name) == PickleGlobal::kRefused || name.size() > kMostNameBytes) return Refused(name);
  return PushText(Kind::kGlobal, name);
}

Status Reader::GlobalFromLines() {
  ASSIGN_OR_RETURN(const std::string_view module, TakeLine());
  ASSIGN_OR_RETURN(const std::string_view name, TakeLine());
  return PushGlobal(StrCat(module, ".", name));
}

Status Reader::GlobalFromStack() {
  ASSIGN_OR_RETURN(const std::vector<PickleId> both, PopCount(2));
  const PickleValue &module = values_[both[0]], &name = values_[both[1]];
  if (module.kind != Kind::kText || name.kind != Kind::kText) return Wrong("a global without a name");
  return PushGlobal(module.text + "." + name.text);
}

// A call: (callable, arguments). Only what the list of globals says is built.
Status Reader::Reduce() {
  ASSIGN_OR_RETURN(const std::vector<PickleId> both, PopCount(2));
  const PickleValue& callable = values_[both[0]];
  if (callable.kind != Kind::kGlobal || values_[both[1]].kind != Kind::kTuple) return Wrong("a call of what cannot be called");
  const std::vector<PickleId>& arguments = values_[both[1]].items;
  switch (FindPickleGlobal(callable.text)) {
    case PickleGlobal::kOrderedDict: return OrderedDict(arguments);
    case PickleGlobal::kTensor: return PushItems(Kind::kTensor, arguments);
    case PickleGlobal::kFirstArgument:
      if (arguments.empty()) return Wrong(callable.text + " without an argument");
      stack_.push_back(arguments[0]);
      return Status::Ok();
    case PickleGlobal::kRefused:
    case PickleGlobal::kStorageType:
    case PickleGlobal::kModule: return Refused(callable.text + "()");
  }
  return Refused(callable.text);
}

// OrderedDict() or OrderedDict([[key, value], ...]).
Status Reader::OrderedDict(const std::vector<PickleId>& arguments) {
  std::vector<PickleId> items;
  if (!arguments.empty()) {
    for (const PickleId pair : values_[arguments[0]].items) {
      const std::vector<PickleId>& two = values_[pair].items;
      if (two.size() != 2) return Wrong("an OrderedDict of what are no pairs");
      items.insert(items.end(), two.begin(), two.end());
    }
    if (values_[arguments[0]].kind != Kind::kList) return Wrong("an OrderedDict of what is no list");
  }
  return PushItems(Kind::kDict, std::move(items));
}

Status Reader::NewObject() {
  ASSIGN_OR_RETURN(const std::vector<PickleId> both, PopCount(2));
  const PickleValue& type = values_[both[0]];
  if (type.kind != Kind::kGlobal) return Wrong("an object of what is no class");
  if (FindPickleGlobal(type.text) != PickleGlobal::kModule) return Refused(type.text + "()");
  return PushItems(Kind::kObject, {});
}

// The state of an object: a module's attributes. An OrderedDict's own attributes (its "_metadata") are of no use.
Status Reader::Build() {
  ASSIGN_OR_RETURN(const PickleId state, Pop());
  if (stack_.size() <= Floor()) return Wrong("a state without an object");
  PickleValue& object = values_.all[stack_.back()];
  if (object.kind == Kind::kDict) return Status::Ok();
  if (object.kind != Kind::kObject || values_[state].kind != Kind::kDict) return Wrong("a state for what takes none");
  object.items = values_[state].items;
  items_ += object.items.size();
  return Status::Ok();
}

}  // namespace

Result<PickleValues> ReadPickle(std::string_view bytes) { return Reader(bytes).Run(); }

}  // namespace fovea::encoder
