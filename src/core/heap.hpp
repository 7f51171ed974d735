#pragma once
// A vector as a heap with the earliest in front.

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace snapcron {

template <class T>
void push_heap(std::vector<T>& heap, T value) {
  heap.push_back(std::move(value));
  std::push_heap(heap.begin(), heap.end(), std::greater<>{});
}

template <class T>
T pop_heap(std::vector<T>& heap) {
  std::pop_heap(heap.begin(), heap.end(), std::greater<>{});
  T value = std::move(heap.back());
  heap.pop_back();
  return value;
}

}  // namespace snapcron
