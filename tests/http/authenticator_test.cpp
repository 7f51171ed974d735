#include "http/authenticator.hpp"

#include "core/program_token.hpp"
#include "http/token.hpp"

#include "http/password.hpp"
#include "live_server.hpp"

namespace snapcron::http {
namespace {

using std::chrono::seconds;

class StandingClock : public Clock {
 public:
  Moment now() const override { return moment; }
  Moment moment{Steady{seconds{1000}}, Instant{seconds{1'772'364'125}}};
};

PeerKey address(std::uint8_t last) {
  PeerKey key{};
  key[15] = last;
  return key;
}

TEST(FailureLimiter, LetsFiveFromOneStrangerAndThirtyFromAllBeEvaluatedInAMinute) {
  FailureLimiter limiter;
  Steady const now{seconds{1000}};
  int one = 0, others = 0;
  for (int i = 0; i < 1000; ++i)
    one += limiter.admit(address(1), now + std::chrono::milliseconds{i});
  for (int i = 0; i < 1000; ++i)
    others += limiter.admit(address(static_cast<std::uint8_t>(i)), now + seconds{2});
  EXPECT_EQ(one, 5);
  EXPECT_EQ(one + others, 30);
  EXPECT_FALSE(limiter.admit(address(9), now + seconds{59}));
  EXPECT_TRUE(limiter.admit(address(9), now + seconds{61}));
}

TEST(FailureLimiter, TenThousandTriesInAMinuteAreThirtyEvaluationsWheneverTheMinuteBegins) {
  FailureLimiter limiter;
  std::vector<int> admitted;
  for (int ms = 0; ms < 180'000; ms += 6)
    if (limiter.admit(address(static_cast<std::uint8_t>(ms)),
                      Steady{std::chrono::milliseconds{ms}}))
      admitted.push_back(ms);
  for (auto const begin : admitted)
    EXPECT_LE(std::count_if(admitted.begin(), admitted.end(),
                            [&](int ms) { return ms >= begin && ms < begin + 60'000; }),
              30);
}

TEST(FailureLimiter, ForgetsAnAttemptThatSucceeded) {
  FailureLimiter limiter;
  Steady const now{seconds{1000}};
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(limiter.admit(address(1), now));
    limiter.succeeded(address(1));
    EXPECT_TRUE(limiter.admit(address(2), now, Device{1}));
    limiter.succeeded(address(2), Device{1});
  }
}

TEST(FailureLimiter, TwoAttackersDoNotUseUpWhatOtherStrangersHave) {
  FailureLimiter limiter;
  int owner = 0;
  for (int s = 0; s < 420; ++s) {
    Steady const now{seconds{1000 + s}};
    limiter.admit(address(1), now);
    limiter.admit(address(2), now);
    if (s % 60 == 30) owner += limiter.admit(address(3), now);
  }
  EXPECT_EQ(owner, 7);
}

TEST(FailureLimiter, EachDeviceHasItsOwnWhereverItIs) {
  FailureLimiter limiter;
  Steady const now{seconds{1000}};
  for (int i = 0; i < 60'000; ++i) limiter.admit(PeerKey{9, static_cast<std::uint8_t>(i)}, now);
  int mine = 0, others = 0;
  for (int i = 0; i < 100; ++i) {
    mine += limiter.admit(address(static_cast<std::uint8_t>(i)), now, Device{1});
    others += limiter.admit(address(1), now, Device{2});
  }
  EXPECT_EQ(mine, 10);
  EXPECT_EQ(others, 10);
  EXPECT_TRUE(limiter.admit(address(1), now + seconds{61}, Device{1}));
}

PeerKey stranger(int number) {
  PeerKey key{};
  key[0] = 9;
  key[1] = static_cast<std::uint8_t>(number >> 8);
  key[2] = static_cast<std::uint8_t>(number);
  return key;
}

TEST(FailureLimiter, StrangersFromEverywhereDoNotUseUpWhatIsKeptForKnownAddresses) {
  FailureLimiter limiter;
  Steady const now{seconds{1000}};
  limiter.know(address(1));
  int evaluated = 0;
  for (int i = 0; i < 60'000; ++i) evaluated += limiter.admit(stranger(i), now);
  EXPECT_EQ(evaluated, 30);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(limiter.admit(address(1), now)) << i;
  EXPECT_FALSE(limiter.admit(address(1), now)) << "guesses of a known address are held down, too";
}

TEST(FailureLimiter, KnownAddressesHaveABoundTogetherAndAreTheLatest) {
  FailureLimiter limiter;
  Steady const now{seconds{1000}};
  for (int i = 0; i < 100; ++i) limiter.know(stranger(i));
  EXPECT_FALSE(limiter.knows(stranger(35)));
  EXPECT_TRUE(limiter.knows(stranger(36)));
  EXPECT_TRUE(limiter.knows(stranger(99)));
  int evaluated = 0;
  for (int i = 0; i < 10'000; ++i) evaluated += limiter.admit(stranger(36 + i % 64), now);
  EXPECT_EQ(evaluated, 30);
}

class Logins : public testing::Test {
 protected:
  ~Logins() override { workers.join(); }

  /// What becomes of a login, now or after the loop has turned.
  Verdict login(std::string const& credentials, std::uint8_t from = 1) {
    std::optional<Verdict> verdict;
    auto const at_once = authenticator->check(credentials, Peer{.key = address(from)},
                                              [&](Verdict v) { verdict = v; });
    immediate = at_once.has_value();
    if (at_once) return *at_once;
    loop.restart();
    while (!verdict && loop.run_one_for(seconds{5}) > 0) {
    }
    return verdict.value();
  }

  boost::asio::io_context loop;
  boost::asio::thread_pool workers{2};
  StandingClock clock;
  std::shared_ptr<Authenticator> authenticator =
      std::make_shared<Authenticator>(loop, workers, clock);
  bool immediate = false;
  std::string const good = "Basic cm9vdDpzM2NyZXQ=", viewer = "Basic YW5uYTpsb29rcw==",
                    wrong = "Basic cm9vdDp3cm9uZw==", nobody = "Basic bm9ib2R5OnMzY3JldA==";
};

TEST_F(Logins, AGoodOneIsVerifiedOnceAndKnownAtOnceAfterwards) {
  authenticator->set_users({root, anna});
  EXPECT_EQ(login(good), Verdict::user);
  EXPECT_FALSE(immediate);
  EXPECT_EQ(login(good), Verdict::user);
  EXPECT_TRUE(immediate);
  EXPECT_EQ(login(viewer), Verdict::viewer);
  EXPECT_EQ(login(viewer), Verdict::viewer);
  EXPECT_TRUE(immediate);
}

TEST_F(Logins, AWrongOneAndAnUnknownNameAreBothEvaluatedAndNeverRemembered) {
  authenticator->set_users({root, anna});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(login(wrong), Verdict::wrong);
    EXPECT_FALSE(immediate);
    EXPECT_EQ(login(nobody), Verdict::wrong) << "though the first user's password is that";
    EXPECT_FALSE(immediate);
  }
  EXPECT_EQ(login("basic cm9vdDpzM2NyZXQ="), Verdict::user) << "the scheme's name in any letters";
  EXPECT_EQ(login(""), Verdict::absent);
  EXPECT_EQ(login("Basic"), Verdict::wrong);
  EXPECT_EQ(login("Basic " + std::string(4000, 'A')), Verdict::wrong);
  EXPECT_TRUE(immediate);
}

TEST_F(Logins, NewUsersForgetTheOld) {
  authenticator->set_users({root});
  EXPECT_EQ(login(good), Verdict::user);
  authenticator->set_users({anna});
  EXPECT_EQ(login(good), Verdict::wrong);
}

TEST_F(Logins, AVerdictByUsersOfBeforeAReloadLetsNobodyIn) {
  authenticator->set_users({root});
  std::optional<Verdict> verdict;
  ASSERT_FALSE(
      authenticator->check(good, Peer{.key = address(1)}, [&](Verdict v) { verdict = v; }));
  authenticator->set_users({anna});
  while (!verdict && loop.run_one_for(seconds{5}) > 0) {
  }
  EXPECT_EQ(verdict, Verdict::busy);
}

TEST_F(Logins, ManyConnectionsOfOneBrowserAreOneEvaluation) {
  authenticator->set_users({root});
  int in = 0;
  for (int i = 0; i < 50; ++i)
    ASSERT_FALSE(authenticator->check(good, Peer{.key = address(1)},
                                      [&](Verdict v) { in += v == Verdict::user; }));
  while (in < 50 && loop.run_one_for(seconds{5}) > 0) {
  }
  EXPECT_EQ(in, 50);
}

TEST_F(Logins, FailuresAreLimitedAndAKnownLoginIsNot) {
  authenticator->set_users({root});
  EXPECT_EQ(login(good), Verdict::user);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(login(wrong), Verdict::wrong);
  EXPECT_EQ(login(wrong), Verdict::limited);
  EXPECT_TRUE(immediate);
  EXPECT_EQ(login(good), Verdict::user);
  EXPECT_EQ(login(wrong, 2), Verdict::wrong) << "another address has its own";
  clock.moment.steady += seconds{61};
  EXPECT_EQ(login(wrong), Verdict::wrong);
}

TEST_F(Logins, TheOwnerGetsInWhileStrangersGuessFromEverywhere) {
  authenticator->set_users({root, anna});
  EXPECT_EQ(login(good, 1), Verdict::user);
  auto const strangers_guess = [&](int first) {
    int evaluated = 0;
    for (int i = first; i < first + 1000; ++i) {
      std::optional<Verdict> verdict;
      auto const at_once =
          authenticator->check(wrong, Peer{.key = stranger(i)}, [&](Verdict v) { verdict = v; });
      loop.restart();
      while (!at_once && !verdict && loop.run_one_for(seconds{5}) > 0) {
      }
      evaluated += !at_once;
    }
    return evaluated;
  };
  EXPECT_EQ(strangers_guess(0), 30);
  EXPECT_EQ(login(good, 77), Verdict::user) << "a login that is known, from anywhere";
  EXPECT_EQ(login(viewer, 1), Verdict::viewer) << "another login, from where one was good";
  EXPECT_EQ(login(viewer, 77), Verdict::viewer);
  authenticator->set_users({root});
  EXPECT_EQ(login(good, 1), Verdict::user) << "and after all logins were forgotten";
}

TEST_F(Logins, EvaluationsUnderWayAreBounded) {
  authenticator->set_users({root});
  std::map<Verdict, int> verdicts;
  char const digits[] = "ABCDEFGHIJKLMNOP";
  for (int i = 0; i < 16; ++i) {
    std::string const different = std::string{"Basic cm9vdDpzM2Ny"} + digits[i] + "XQ=";
    auto const now = authenticator->check(different, Peer{.key = stranger(i)}, [](Verdict) {});
    if (now) ++verdicts[*now];
  }
  EXPECT_EQ(verdicts[Verdict::busy], 8);
  authenticator->stop();
}

TEST(Credentials, AreReadStrictly) {
  auto const read = [](std::string_view text) {
    auto const credentials = parse_basic(text);
    return credentials ? credentials->user + "|" + credentials->password : "none";
  };
  EXPECT_EQ(read("Basic cm9vdDpzM2NyZXQ="), "root|s3cret");
  EXPECT_EQ(read("BASIC  cm9vdDpzM2NyZXQ="), "root|s3cret");
  EXPECT_EQ(read("Basic cm9vdDpzM2NyZXQ"), "none") << "no padding";
  EXPECT_EQ(read("Basic cm9vdDpzM2NyZXR="), "none") << "stray bits";
  EXPECT_EQ(read("Basic cm9v dDpzM2NyZXQ="), "none");
  EXPECT_EQ(read("Basic Og=="), "|");
  EXPECT_EQ(read("Basic YTpiOmM="), "a|b:c");
  EXPECT_EQ(read("Basic YQ=="), "none") << "no colon";
  EXPECT_EQ(read("Basic YTpiAGM="), "none") << "a NUL";
  EXPECT_EQ(read("Digest x"), "none");
  EXPECT_EQ(read(""), "none");
  EXPECT_EQ(read("Basic "), "none");
}

TEST(Password, IsGoodForItsHash) {
  auto const hash = hash_password("grüße");
  EXPECT_TRUE(hash.starts_with("$y$")) << hash;
  EXPECT_NE(hash, hash_password("grüße")) << "the salt is another";
  EXPECT_TRUE(verify_password("grüße", hash));
  EXPECT_FALSE(verify_password("grusse", hash));
  EXPECT_FALSE(verify_password("", hash));
  EXPECT_TRUE(hash_usable(hash));
}

TEST(Password, ThatCannotBeHashedIsNotHashed) {
  EXPECT_EQ(hash_password(""), "");
  EXPECT_EQ(hash_password(std::string_view{"a\0b", 3}), "");
  EXPECT_EQ(hash_password(std::string(512, 'a')), "");
  EXPECT_NE(hash_password(std::string(511, 'a')), "");
}

TEST(Password, IsNeverGoodForALockedOrBrokenHash) {
  for (auto const* hash : {"", "*", "!", "*0", "*1", "x", "$", "$y$", "$9$nothing$here"}) {
    EXPECT_FALSE(verify_password("", hash)) << hash;
    EXPECT_FALSE(verify_password(hash, hash)) << hash;
  }
  for (auto const* hash : {"", "*", "!", "x", "$9$nothing$here"})
    EXPECT_FALSE(hash_usable(hash)) << hash;
  EXPECT_TRUE(verify_password("s3cret", root.hash));
  EXPECT_FALSE(verify_password(std::string_view{"s3cret\0", 7}, root.hash));
}

TEST_F(Logins, ATokenIsKnownByItsHashAndNotByItsName) {
  auto const token = http::make_token();
  EXPECT_THAT(token, testing::MatchesRegex("snapcron_[0-9a-f]{64}"));
  EXPECT_NE(token, http::make_token());
  EXPECT_TRUE(is_token_hash(http::hash_token(token)));
  authenticator->set_users({{"robot", http::hash_token(token), true}});
  auto const visitor =
      authenticator->check("Bearer " + token, Peer{.key = address(1)}, [](auto const&) {});
  ASSERT_TRUE(visitor);
  EXPECT_EQ(visitor->verdict, Verdict::viewer);
  EXPECT_EQ(visitor->name, "robot");
  EXPECT_EQ(login("bearer " + token), Verdict::viewer) << "the scheme's name in any letters";
  EXPECT_EQ(login("Bearer " + token + "0"), Verdict::wrong);
  EXPECT_EQ(login("Bearer " + http::hash_token(token)), Verdict::wrong);
  EXPECT_EQ(login("Bearer"), Verdict::wrong);
  EXPECT_EQ(login("Basic cm9ib3Q6eA=="), Verdict::wrong) << "robot:x";
}

TEST_F(Logins, EachWrongOneIsToldWithTheWholeAddressItCameFrom) {
  std::vector<std::string> told;
  authenticator->on_refused([&](Peer const& from, Verdict verdict) {
    told.push_back(to_text(from) + (verdict == Verdict::limited ? " limited" : " wrong"));
  });
  authenticator->set_users({root});
  sockaddr_storage address{};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  v6.sin6_family = AF_INET6;
  ::inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr);
  auto const guess = [&](std::string const& authorization) {
    if (authenticator->check(authorization, peer_of(address), [](auto const&) {})) return;
    loop.restart();
    loop.run_one_for(seconds{5});
  };
  guess(good);
  guess("");
  guess("Basic no base64");
  EXPECT_THAT(told, testing::IsEmpty()) << "none of these is a wrong guess";
  guess(wrong);
  ::inet_pton(AF_INET6, "::ffff:192.0.2.7", &v6.sin6_addr);
  guess("Bearer " + http::make_token());
  EXPECT_THAT(told, testing::ElementsAre("2001:db8::7 wrong", "192.0.2.7 wrong"));
  for (int i = 0; i < 20; ++i) guess(wrong);
  EXPECT_EQ(told.back(), "192.0.2.7 limited");
}

TEST_F(Logins, GuessedTokensAreLimitedAndAGoodOneNever) {
  auto const token = http::make_token();
  authenticator->set_users({{"robot", http::hash_token(token), false}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(login("Bearer " + http::make_token()), Verdict::wrong);
  EXPECT_EQ(login("Bearer " + http::make_token()), Verdict::limited);
  EXPECT_EQ(login("Bearer " + token), Verdict::user);
}

}  // namespace
}  // namespace snapcron::http
