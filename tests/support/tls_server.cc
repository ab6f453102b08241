#include "tests/support/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <list>

#include "base/log.h"
#include "base/mutex.h"
#include "base/unique_fd.h"
#include "base/worker.h"

namespace fovea::test {
namespace {

constexpr size_t kMostHeadBytes = 64 << 10;
constexpr size_t kChunkBytes = 16 << 10;

void Check(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::abort();
}

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSession {
  void operator()(SSL* session) const { SSL_free(session); }
};

TlsRequest ParseRequest(const std::string& head) {
  TlsRequest request;
  size_t begin = 0;
  for (size_t end = head.find("\r\n"); end != std::string::npos && end > begin; begin = end + 2, end = head.find("\r\n", begin)) {
    const std::string line = head.substr(begin, end - begin);
    if (begin == 0) {
      const size_t first = line.find(' '), second = line.find(' ', first + 1);
      request.method = line.substr(0, first);
      request.target = line.substr(first + 1, second - first - 1);
    } else if (const size_t colon = line.find(": "); colon != std::string::npos) {
      request.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  return request;
}

}  // namespace

std::string TlsRequest::Field(std::string_view name) const {
  for (const auto& [field, value] : fields) {
    if (field.size() == name.size() && ::strncasecmp(field.data(), name.data(), name.size()) == 0) return value;
  }
  return "";
}

struct TlsServer::Impl {
  void Listen(const TestAuthority& authority);
  void Accept();
  void Serve(int fd);
  void Answer(SSL* session, const TlsAnswer& answer);
  void Hold();

  Handler handler;
  std::unique_ptr<SSL_CTX, FreeContext> context;
  UniqueFd listener;
  uint16_t port = 0;
  mutable Mutex mutex;
  CondVar changed;
  std::vector<TlsRequest> requests GUARDED_BY(mutex);
  std::list<UniqueFd> connections GUARDED_BY(mutex);
  std::list<Thread> threads GUARDED_BY(mutex);
  int held GUARDED_BY(mutex) = 0;
  bool released GUARDED_BY(mutex) = false;
  Thread accepting;
};

void TlsServer::Impl::Listen(const TestAuthority& authority) {
  context.reset(SSL_CTX_new(TLS_server_method()));
  Check(SSL_CTX_use_certificate_file(context.get(), authority.certificate_file().c_str(), SSL_FILETYPE_PEM) == 1 &&
            SSL_CTX_use_PrivateKey_file(context.get(), authority.key_file().c_str(), SSL_FILETYPE_PEM) == 1,
        "certificate");
  listener = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  Check(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(listener.get(), 64) == 0, "listen");
  Check(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0, "getsockname");
  port = ntohs(address.sin_port);
}

void TlsServer::Impl::Accept() {
  for (;;) {
    UniqueFd connection(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.valid()) return;  // the listener was shut down
    MutexLock lock(mutex);
    const int fd = connection.get();
    connections.push_back(std::move(connection));
    threads.emplace_back("tls-connection", [this, fd](const std::stop_token&) { Serve(fd); });
  }
}

void TlsServer::Impl::Serve(int fd) {
  const std::unique_ptr<SSL, FreeSession> session(SSL_new(context.get()));
  SSL_set_fd(session.get(), fd);
  std::string head;
  bool alive = SSL_accept(session.get()) == 1;
  std::string chunk(kChunkBytes, '\0');
  while (alive && head.find("\r\n\r\n") == std::string::npos && head.size() < kMostHeadBytes) {
    const int got = SSL_read(session.get(), chunk.data(), static_cast<int>(chunk.size()));
    alive = got > 0;
    if (alive) head.append(chunk, 0, static_cast<size_t>(got));
  }
  if (alive) {
    const TlsRequest request = ParseRequest(head);
    {
      MutexLock lock(mutex);
      requests.push_back(request);
    }
    Answer(session.get(), handler(request));
  }
  ::shutdown(fd, SHUT_RDWR);
}

void TlsServer::Impl::Answer(SSL* session, const TlsAnswer& answer) {
  std::string head = StrCat("HTTP/1.1 ", answer.status, " Test\r\nConnection: close\r\nContent-Length: ", answer.announced.value_or(answer.body.size()), "\r\n");
  for (const auto& [name, value] : answer.fields) head += StrCat(name, ": ", value, "\r\n");
  head += "\r\n";
  if (SSL_write(session, head.data(), static_cast<int>(head.size())) <= 0) return;
  const size_t end = std::min(answer.body.size(), answer.cut_after.value_or(answer.body.size()));
  const size_t hold = answer.hold_after.value_or(end + 1);
  for (size_t at = 0; at < end || at == hold;) {
    if (at == hold) Hold();
    const size_t next = std::min({end, at + kChunkBytes, hold > at ? hold : end});
    if (next > at && SSL_write(session, answer.body.data() + at, static_cast<int>(next - at)) <= 0) return;
    if (next == at) break;
    at = next;
  }
  if (end == answer.body.size()) SSL_shutdown(session);  // a cut connection ends without a word
}

void TlsServer::Impl::Hold() {
  MutexLock lock(mutex);
  ++held;
  changed.NotifyAll();
  while (!released) changed.Wait(mutex);
  --held;
}

TlsServer::TlsServer(const TestAuthority& authority, Handler handler) : impl_(std::make_unique<Impl>()) {
  std::signal(SIGPIPE, SIG_IGN);
  impl_->handler = std::move(handler);
  impl_->Listen(authority);
  impl_->accepting = Thread("tls-accept", [this](const std::stop_token&) { impl_->Accept(); });
}

TlsServer::~TlsServer() {
  ::shutdown(impl_->listener.get(), SHUT_RDWR);
  impl_->accepting.Join();
  Release();
  std::list<Thread> threads;
  {
    MutexLock lock(impl_->mutex);
    for (const UniqueFd& connection : impl_->connections) ::shutdown(connection.get(), SHUT_RDWR);
    threads = std::move(impl_->threads);
  }
  for (Thread& thread : threads) thread.Join();
}

std::string TlsServer::url(const std::string& host) const { return StrCat("https://", host, ":", impl_->port); }

std::vector<TlsRequest> TlsServer::Requests() const {
  MutexLock lock(impl_->mutex);
  return impl_->requests;
}

bool TlsServer::Holds() const {
  MutexLock lock(impl_->mutex);
  return impl_->held > 0;
}

void TlsServer::Release() {
  MutexLock lock(impl_->mutex);
  impl_->released = true;
  impl_->changed.NotifyAll();
}

}  // namespace fovea::test
