//===- Source.cpp - the files of a compilation and places in them ---------===//
#include "braid/Support/Source.h"
#include <algorithm>

namespace braid {

uint32_t SourceManager::add(std::string name, std::string text) {
  if (std::string_view(text).substr(0, byteOrderMark.size()) == byteOrderMark)
    text.erase(0, byteOrderMark.size());
  File file{std::move(name), std::move(text), {0}};
  for (uint32_t i = 0; i < file.text.size(); ++i)
    if (file.text[i] == '\n')
      file.lineStarts.push_back(i + 1);
  files.push_back(std::move(file));
  return uint32_t(files.size() - 1);
}

LineColumn SourceManager::locate(uint32_t file, uint32_t offset) const {
  const std::vector<uint32_t> &starts = files[file].lineStarts;
  auto next = std::upper_bound(starts.begin(), starts.end(), offset);
  uint32_t line = uint32_t(next - starts.begin());
  return {line, offset - starts[line - 1] + 1};
}

std::string_view SourceManager::line(uint32_t file, uint32_t number) const {
  const File &f = files[file];
  if (number == 0 || number > f.lineStarts.size())
    return {};
  uint32_t begin = f.lineStarts[number - 1];
  uint32_t end = number < f.lineStarts.size() ? f.lineStarts[number] : uint32_t(f.text.size());
  std::string_view text = std::string_view(f.text).substr(begin, end - begin);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

} // namespace braid
