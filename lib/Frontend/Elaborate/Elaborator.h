//===- Elaborator.h - the one walk over a program -------------------------===//
//
// One class, its methods grouped by file. A `Frame` is one instance of a
// function, layer, connection or the model. Every evaluation returns a `Val`;
// after an error it is poison, and what is made from poison is poison without
// a further message, so that all errors of a file come out in one run.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_FRONTEND_ELABORATE_ELABORATOR_H
#define BRAID_LIB_FRONTEND_ELABORATE_ELABORATOR_H

#include "Values.h"
#include "braid/Frontend/Elaborate.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <deque>
#include <functional>

namespace braid::elab {

/// A connection at one site: what it computed, read and will write.
struct ConnectionUse {
  StreamVar *stream = nullptr;
  const ast::Decl *decl = nullptr;
  std::vector<BoundArgument> arguments;
  ViewSpec view;
  Range range; ///< of the statement's stream name
  std::string sitePath;
  Shared *shared = nullptr;
  Frame *argumentFrame = nullptr; ///< where the statement stands
  Frame *frame = nullptr;         ///< the instance, once there
  bool bound = false;             ///< the state and the arguments are fine
  bool reads = false, hasRead = false;
  bool writes = false;          ///< the statement writes through it
  Val read;                     ///< the value read, if `reads`
  std::optional<Axes> readAxes; ///< those it would have, if not `reads` and the connection has a `read`
  bool seesNothing = false;     ///< a history without entries
  /// `observe` and `aux_loss` wait until the read is complete.
  struct Pending {
    const ast::Stmt *statement;
    Val value;
  };
  llvm::SmallVector<Pending, 1> pending;
  const ast::Stmt *write = nullptr;
};

/// The statement whose mentions of a stream are one read: `x <- e`, or the
/// model's `return` (for any stream).
struct SiteContext {
  StreamVar *stream = nullptr; ///< null: any
  llvm::SmallVector<ConnectionUse *, 1> uses;
  Frame *frame = nullptr;
};

/// What `carry c: [axes] = init` declares: one real value for every sequence.
struct Carry {
  llvm::StringRef name;
  Range range; ///< of the name, where it is declared
  Axes axes;
  std::string path;             ///< empty after an error
  std::optional<Range> written; ///< the first `c <- e`
};

struct Frame {
  enum class Kind { Model, Function, Layer, Connection };
  struct Binding {
    llvm::StringRef name;
    Val value;
  };
  Kind kind = Kind::Function;
  const ast::Decl *decl = nullptr;
  Frame *caller = nullptr;
  unsigned depth = 0;
  llvm::SmallVector<Binding, 8> names;
  llvm::SmallVector<std::pair<llvm::StringRef, AxisAttr>, 4> axes;
  llvm::SmallVector<std::pair<llvm::StringRef, Axes>, 1> rests;
  std::vector<Carry> carries;
  unsigned blocks = 0; ///< in expressions, around this place
  std::string path;
  const ast::Stmt *unnamed = nullptr;   ///< a `<-` without call or label around this
  const ast::Expr *outermost = nullptr; ///< the call that named its statement
  SiteContext *site = nullptr;
  ConnectionUse *use = nullptr;
  Shared *shared = nullptr;
  const std::vector<BoundArgument> *bound = nullptr; ///< what `use` gave to the instance
  unsigned sharedCall = 0;                           ///< which call of the shared instance this is
  Range callRange;                                   ///< of the call that made the instance
  bool called = false;                               ///< `callRange` is set
  mlir::LocationAttr callers;                        ///< the places of the calls that led here, once asked for
  bool returned = false;                             ///< a `return` was seen
  Range resultRange;                                 ///< of its value
  Val result;

  void bind(llvm::StringRef name, Val value) { names.push_back({name, value}); }
};

/// Restores a value at the end of a scope.
template <typename T> struct Restore {
  T &place;
  T old;
  explicit Restore(T &p) : place(p), old(p) {}
  Restore(T &p, T value) : place(p), old(p) { p = value; }
  ~Restore() { place = old; }
};

inline bool inside(Range part, Range whole) {
  return part.file == whole.file && part.begin >= whole.begin && part.end <= whole.end;
}

/// What one thing costs, in steps of ElaborateOptions::maxSteps: in proportion to the memory it keeps.
enum Steps : unsigned { ExpressionSteps = 1, IterationSteps = 10, OperationSteps = 20, CallSteps = 200 };
/// Statements and expressions inside one another, calls included; bounded by the stack.
constexpr unsigned maxNesting = 2500;
/// Numbers of one value, and the size of an axis.
constexpr int64_t maxNumbers = int64_t(1) << 40;
/// Integers that are exact.
constexpr double maxInteger = 9007199254740992.0;

class Elaborator : mlir::OpBuilder::Listener {
public:
  Elaborator(mlir::MLIRContext &context, SourceManager &sources, DiagnosticEngine &diagnostics,
             const ElaborateOptions &options, llvm::ArrayRef<int64_t> siteCounts)
      : context(context), sources(sources), diagnostics(diagnostics), options(options), builder(&context),
        knownCounts(siteCounts) {
    builder.setListener(this);
  }

  mlir::OwningOpRef<mlir::ModuleOp> run(const ast::File &main, llvm::ArrayRef<const ast::File *> imports);
  /// True if the program asked for `sites` of a stream.
  bool usedSites = false;
  /// Writes to each stream, in the order in which streams are declared.
  llvm::SmallVector<int64_t> siteCounts() const;

private:
  // Budget.cpp: what a program may cost at compile time.
  /// Takes `count` steps; false if there are none left, which has then been reported.
  bool spend(unsigned count, Range range);
  /// Whether there is no room for one more level; reported once.
  bool tooNested(Range range);
  void notifyOperationInserted(mlir::Operation *, mlir::OpBuilder::InsertPoint) override { steps += OperationSteps; }
  /// False, with an error, if the axes multiply to more than a value may have.
  bool checkNumbers(llvm::ArrayRef<AxisAttr> axes, Range range, llvm::StringRef what);
  /// A loop or a call that steps are taken in.
  struct Spender {
    Range range;
    uint64_t before;
  };
  uint64_t steps = 0;
  bool exhausted = false, nestedTooDeep = false;
  unsigned nesting = 0;
  llvm::SmallVector<Spender> spenders;
  llvm::DenseSet<const ast::Decl *> endless; ///< found to call themselves without end
  llvm::DenseSet<mlir::Type> checkedTypes;

  // NameCheck.cpp: what can be said without elaborating.
  friend class NameCheck;
  friend class AttendBuilder; ///< Attend.cpp
  void checkNames();
  llvm::DenseSet<const ast::Decl *> elaborated;
  llvm::SmallVector<const ast::File *> files; ///< of the program
  llvm::DenseSet<uint32_t> libraryFiles;
  llvm::StringSet<> libraryNames; ///< what the library declares, whoever's declaration stands for it now
  /// Whether the text of this instance is the library's: of the program's names it sees only those of axes, and those
  /// of the library that the program has taken.
  bool inLibrary(const Frame &f) const { return f.decl && libraryFiles.contains(f.decl->range.file); }
  llvm::StringSet<> labels; ///< of every axis in them
  bool silent = false;      ///< errors are not reported

  // Warnings.cpp and NameUse.cpp: what probably does not mean what was meant.
  friend class NameUse;
  /// All warnings of a program without errors.
  void warn();
  void warnOfNames();
  void warnOfWrites();
  void warnOfParameters();
  void warnOfSettings();
  void noteSum(const ConnectionUse &use, const Val &y, const Val &written, Range range);
  mlir::Value writtenValue(mlir::Value value, Range range);
  void takeOutWrites();
  /// One statement that writes, each time that it does.
  struct Write {
    ConnectionUse *use;
    Range range; ///< of what is written
    bool inLoop;
    llvm::SmallVector<mlir::Operation *, 1> values; ///< the marks of what the state became, see writtenValue
    bool needed = true;
  };
  std::vector<Write> writes;
  struct Sum {
    Range range;
    std::string stream, connection;
  };
  std::vector<Sum> sums;           ///< what was read, added to itself
  llvm::SmallVector<Range> warned; ///< statements that were found to be of no use; so is what is in them
  /// The config values that the program looks at, and those that the expression of another one does.
  llvm::DenseSet<const Val *> configUsed;
  llvm::StringMap<llvm::SmallVector<std::string>> configUses;
  std::string configValue; ///< the one whose expression is being evaluated
  const Val *findConfig(llvm::StringRef name);
  unsigned loops = 0; ///< around this place

  // Messages.cpp: errors and the words in them.
  Diagnostic &error(Diag id, Range range, std::vector<std::string> arguments = {});
  Diagnostic &warning(Diag id, Range range, std::vector<std::string> arguments = {});
  void hint(Diagnostic &diagnostic, llvm::StringRef word, llvm::ArrayRef<std::string> candidates);
  std::string axisName(AxisAttr axis) const;
  std::string show(llvm::ArrayRef<AxisAttr> axes) const;
  std::string show(const Val &value) const;
  std::string showSizes(llvm::ArrayRef<AxisAttr> axes) const;
  static std::string showNumber(double number);
  std::string sourceText(Range range, size_t limit = 40) const;
  mlir::Location fileLoc(Range range);
  mlir::LocationAttr callersOf(Frame *g);
  mlir::Location loc(Range range);

  // Axes.cpp: what axis a name means.
  AxisAttr makeAxis(llvm::StringRef name, int64_t size, const std::vector<ast::Name> *labels = nullptr);
  AxisAttr makeGlobalAxis(llvm::StringRef name, int64_t size, Range range,
                          const std::vector<ast::Name> *labels = nullptr);
  static constexpr llvm::StringLiteral tokenAxis = "time";
  bool refusesTime(const ast::Name &name);
  AxisAttr findAxis(Frame &f, llvm::StringRef name);
  bool isPoisoned(Frame &f, llvm::StringRef name) const;
  int64_t sizeOrZero(Frame &f, const ast::Expr &size, llvm::StringRef name);
  AxisAttr lookupAxis(Frame &f, const ast::Name &name);
  /// Whether an error about this axis has been reported where it is made; a config value that
  /// cannot be an axis is reported now.
  bool reportedAxis(Frame &f, const ast::Name &name);
  std::vector<std::string> axesInScope(Frame &f);
  AxisAttr declareAxis(Frame &f, const ast::Name &name, int64_t size);
  AxisAttr twin(AxisAttr axis);
  const Axes *findRest(Frame &f, llvm::StringRef name);
  bool evalAxes(Frame &f, const std::vector<ast::AxisItem> &items, Axes &out);
  bool operandAxes(Frame &f, const std::vector<ast::AxisItem> &items, llvm::ArrayRef<Val> operands,
                   llvm::ArrayRef<Range> ranges, llvm::StringRef word, Axes &out);
  int64_t axisSize(Frame &f, const ast::Expr &size, llvm::StringRef name);
  Axes visible(lang::ValueType type) const;
  Axes axesOf(const Val &value) const;
  bool sameAxes(llvm::ArrayRef<AxisAttr> a, llvm::ArrayRef<AxisAttr> b) const;
  bool isHidden(AxisAttr axis) const { return llvm::is_contained(hidden, axis); }

  // Emit.cpp: where an op goes, and regions over histories.
  Region *regionOf(mlir::Value value) const;
  bool carries(mlir::Value value, Region *region) const;
  Region *openRegion(Stack *stack);
  mlir::Block *enter(llvm::MutableArrayRef<mlir::Value> operands, Range range, bool heavy = false);
  bool prepare(llvm::ArrayRef<Val> vals, llvm::SmallVectorImpl<mlir::Value> &out, Range range, bool heavy = false);
  mlir::Value outside(mlir::Value value);
  mlir::Value outside(const Val &value, Range range);
  mlir::Value capture(Region *region, mlir::Value value);
  mlir::Value cloneInto(Region *region, mlir::Value value);
  mlir::Value importIntoInit(mlir::Value value, Range range);
  mlir::Value constant(mlir::Block *block, double value, bool isBool = false);
  void finishRegion(Region &region);
  void finishFunction();
  bool dropUnreadCarries();
  /// Erases what the half of a connection that a site does not use would have been made of.
  void dropUnusedHalves();
  /// Until then, a value that was read counts as used.
  void keepReads();
  llvm::SmallVector<mlir::Operation *> keptReads;
  static ConnectionUse *useOf(Frame &f);
  void noteMadeAt(ConnectionUse *use, mlir::Operation *op);
  void dropRegions();

  // Ops.cpp: the primitives, with their checks.
  lang::ValueType typeOf(const Val &value) const;
  Val map(lang::Fn fn, llvm::ArrayRef<Val> operands, Range range, llvm::StringRef word = {});
  Val reduce(lang::ReduceKind kind, const Val &value, llvm::ArrayRef<AxisAttr> axes, Range range);
  Val dot(const Val &lhs, const Val &rhs, llvm::ArrayRef<AxisAttr> axes, Range range);
  Val broadcast(const Val &value, llvm::ArrayRef<AxisAttr> axes, Range range, lang::Kind kind);
  Val slice(const Val &value, AxisAttr axis, int64_t index, Range range);
  Val rename(const Val &value, llvm::ArrayRef<AxisAttr> from, llvm::ArrayRef<AxisAttr> to, Range range);
  Val transpose(const Val &value, llvm::ArrayRef<AxisAttr> axes, Range range);
  Val iota(AxisAttr axis, Range range);
  Val gather(const Val &table, const Val &id, AxisAttr axis, Range range);
  Val product(lang::Fn fn, const Val &a, const Val &b, Range range);
  std::optional<double> spreadOf(const Val &value, Range range, llvm::StringRef word);
  Val random(lang::Distribution distribution, double scale, llvm::StringRef stream, llvm::ArrayRef<AxisAttr> axes,
             lang::Kind kind, Range range);
  bool checkData(Val &value, Range range);
  bool checkReal(const Val &value, Range range, llvm::StringRef what);

  // CompileTime.cpp: numbers.
  Val number(Frame &f, const ast::Expr &e, llvm::StringRef what);
  std::optional<int64_t> integer(Frame &f, const ast::Expr &e, llvm::StringRef what);
  std::optional<bool> condition(Frame &f, const ast::Expr &e);
  Val foldBinary(llvm::StringRef op, const Val &a, const Val &b, Range range);

  // Expressions.cpp
  Val eval(Frame &f, const ast::Expr &e);
  Val evalKind(Frame &f, const ast::Expr &e);
  Val evalData(Frame &f, const ast::Expr &e);
  Val evalIdent(Frame &f, const ast::Name &name);
  Val evalSize(Frame &f, const ast::Expr &e);
  Val evalUnary(Frame &f, const ast::Expr &e);
  Val evalBinary(Frame &f, const ast::Expr &e);
  Val binary(llvm::StringRef op, const Val &a, const Val &b, Range range);
  Val evalMember(Frame &f, const ast::Expr &e);
  Val evalIf(Frame &f, const ast::Expr &e);
  Val evalFold(Frame &f, const ast::Expr &e);
  Val evalEach(Frame &f, const ast::Expr &e);
  Val evalBlock(Frame &f, const ast::Block &b);
  Val evalLabelled(Frame &f, const ast::Expr &e);
  const Val *findName(Frame &f, llvm::StringRef name);
  std::vector<std::string> namesInScope(Frame &f);

  // Indexing.cpp
  Val evalIndex(Frame &f, const ast::Expr &e);
  std::optional<Val> constantOver(Frame &f, const ast::Expr &e);
  Val indexBy(Frame &f, Val value, const ast::AxisItem &item);
  Val delayed(Frame &f, const Val &value, const ast::AxisItem &item);
  Val indexStack(Stack *stack, int64_t index, Range range);
  Val renameView(Frame &f, const Val &value, const ast::AxisArgs &axes, Range range);
  std::optional<int64_t> labelIndex(AxisAttr axis, llvm::StringRef label) const;

  // Builtins.cpp, Contractions.cpp, Shapes.cpp, Attend.cpp, Initialisers.cpp
  struct Builtin {
    Val (Elaborator::*call)(Frame &, const ast::Expr &);
    bool takesAxes = true; ///< in brackets behind its name
  };
  static const llvm::StringMap<Builtin> &builtins();
  /// What the built-in value of a name is, in words; empty if there is none.
  static llvm::StringRef builtinValue(llvm::StringRef name);
  /// An error if `name`, that of a `kind`, is a built-in value's.
  void refuseBuiltin(const ast::Name &name, llvm::StringRef kind);
  Callable *instance = nullptr; ///< the `use` through which a built-in layer is called
  bool collect(Frame &f, const ast::Expr &e, llvm::ArrayRef<llvm::StringRef> names, unsigned required,
               llvm::SmallVectorImpl<Val> &out, llvm::SmallVectorImpl<Range> *ranges = nullptr);
  Val callElementwise(Frame &f, const ast::Expr &e);
  Val callReduce(Frame &f, const ast::Expr &e);
  Val callWhere(Frame &f, const ast::Expr &e);
  Val callDetach(Frame &f, const ast::Expr &e);
  Val detach(const Val &v, Range range);
  Val callDot(Frame &f, const ast::Expr &e);
  Val callOuter(Frame &f, const ast::Expr &e);
  Val callLinear(Frame &f, const ast::Expr &e);
  Val callSplit(Frame &f, const ast::Expr &e);
  Val callJoin(Frame &f, const ast::Expr &e);
  Val callConcat(Frame &f, const ast::Expr &e);
  Val callSpread(Frame &f, const ast::Expr &e);
  Val callAttend(Frame &f, const ast::Expr &e);
  Val callDropout(Frame &f, const ast::Expr &e);
  Val callDeferred(Frame &f, const ast::Expr &e);
  Val linear(Frame &f, const Val &x, llvm::ArrayRef<AxisAttr> in, llvm::ArrayRef<AxisAttr> out, const Val &weight,
             Range range);
  std::string drawPath(Frame &f, llvm::StringRef what);
  Val oneHot(AxisAttr axis, int64_t index, Range range);
  Val identity(AxisAttr a, AxisAttr b, Range range);
  Val toReal(const Val &v, Range range);

  // Calls.cpp: instances of functions and layers. Formals.cpp: their arguments.
  Val evalCall(Frame &f, const ast::Expr &e);
  const ast::Decl *findDecl(Frame &f, llvm::StringRef name);
  Val callDecl(Frame &f, const ast::Expr &e, const ast::Decl &decl, Callable *instance);
  Val evalArgument(Frame &f, const ast::Argument &argument, bool wantsStream);
  struct Slot {
    const ast::Argument *argument = nullptr;
    const BoundArgument *bound = nullptr;
  };
  bool fillSlots(llvm::ArrayRef<llvm::StringRef> names, const std::vector<BoundArgument> *bound,
                 const std::vector<ast::Argument> &arguments, llvm::StringRef callee, Range range,
                 llvm::SmallVectorImpl<Slot> &slots);
  bool bindAxisVariables(Frame &f, Frame &g, const ast::Expr &e, llvm::ArrayRef<Val> values);
  bool bindFormal(Frame &g, const ast::Formal &formal, Val value, Range range, bool isDefault);
  bool bindStreamFormal(Frame &g, const ast::Formal &formal, const Val &value, Range range);
  /// Matches `items` of a signature with axes found, binding the variables and
  /// rests of `g` that are still free.
  bool matchAxes(Frame &g, const std::vector<ast::AxisItem> &items, llvm::ArrayRef<AxisAttr> found, Range range,
                 llvm::StringRef what, Range declared, bool skipDepth = false);
  std::vector<BoundArgument> bindNow(Frame &f, const std::vector<ast::Argument> &arguments);
  Frame *newFrame(Frame::Kind kind, const ast::Decl *decl, Frame &caller);
  std::string callPath(Frame &f, const ast::Expr &e, bool named);
  /// The path of the instance that the frame runs in, for ops that say it; null for the model itself.
  mlir::StringAttr instanceOf(Frame &f) { return f.path.empty() ? mlir::StringAttr() : builder.getStringAttr(f.path); }
  Val runBody(Frame &g, const ast::Block &body);

  // Statements.cpp
  void exec(Frame &f, const ast::Stmt &s);
  void execKind(Frame &f, const ast::Stmt &s);
  void execAll(Frame &f, const std::vector<ast::StmtPtr> &statements);
  void execLet(Frame &f, const ast::Stmt &s);
  void execFor(Frame &f, const ast::Stmt &s);
  void execIf(Frame &f, const ast::Stmt &s);
  void execReturn(Frame &f, const ast::Stmt &s);
  void execUse(Frame &f, const ast::Stmt &s);
  void execAxis(Frame &f, const ast::Name &name, const std::vector<ast::Name> &labels, const ast::Expr *size,
                bool global);
  void execObserve(Frame &f, const ast::Stmt &s);
  void execAuxLoss(Frame &f, const ast::Stmt &s);

  // Parameters.cpp and Initialisers.cpp
  void execParam(Frame &f, const ast::Stmt &s);
  struct ParamOptions {
    bool decay = false;
    std::optional<double> lr;
    std::optional<std::string> group;
    std::optional<Range> initRange; ///< where the initial value is written
  };
  /// A parameter of this instance; `init` makes its initial value (real, any of
  /// the axes) in the parameter's own region.
  Val parameter(Frame &f, llvm::StringRef name, Range range, llvm::ArrayRef<AxisAttr> axes, const ParamOptions &options,
                llvm::function_ref<Val()> init);
  struct ParamInfo {
    Range range;
    Axes axes;
    Shared *shared = nullptr;
    unsigned call = 0;
    mlir::Value value;
    std::vector<Range> chain; ///< the calls from the model to the declaration
  };
  void duplicatePath(Diag which, const std::string &path, llvm::ArrayRef<Range> first, llvm::ArrayRef<Range> chain);
  std::vector<Range> callChain(Frame &f, Range range);
  Val initialiser(Frame &f, const ast::Expr &e, llvm::StringRef path);
  Val realise(const Val &deferred, llvm::ArrayRef<AxisAttr> axes, Frame &f);
  Val initCall(Frame &f, const ast::Expr &e);

  // Carries.cpp
  void execCarry(Frame &f, const ast::Stmt &s);
  Carry *carryOf(Frame &f, llvm::StringRef name);
  void writeCarry(Frame &f, Carry &carry, const ast::Stmt &s);
  /// Those behind the first `kept` go out of scope; each of them has been written.
  void closeCarries(Frame &f, size_t kept);
  mlir::Value initialCarry(Frame &f, const ast::Stmt &s, llvm::ArrayRef<AxisAttr> axes);
  llvm::StringMap<std::vector<Range>> carryPaths; ///< with the calls that led there

  // Streams.cpp, Connections.cpp, Views.cpp
  void execStream(Frame &f, const ast::Stmt &s);
  void execSite(Frame &f, const ast::Stmt &s);
  bool setUpFields(Frame &f, StreamVar &stream, const ast::Stmt &s);
  StreamVar *streamOf(Frame &f, const ast::Name &name);
  Val mention(Frame &f, StreamVar *stream, Range range);
  Val readAlone(Frame &f, const ast::Expr &e, const ast::Name &let);
  Val rawState(Frame &f, StreamVar *stream, llvm::StringRef what, Range range);
  bool chooseConnection(Frame &f, ConnectionUse &use, const std::optional<ast::Name> &by,
                        const std::vector<ast::Argument> *arguments, const std::optional<ast::View> &view);
  const ast::Decl *connectionNamed(const ast::Name &name);
  bool bindConnectionArguments(ConnectionUse &use, Frame &g);
  void flushPending(ConnectionUse &use);
  Val standIn(llvm::ArrayRef<AxisAttr> axes, Range range);
  ConnectionUse *newUse(Frame &f, StreamVar *stream, Range range, std::string sitePath);
  bool instantiate(ConnectionUse &use, bool reads);
  bool bindState(ConnectionUse &use, Frame &g);
  void execConnectionBody(ConnectionUse &use, Frame &g, const std::vector<ast::StmtPtr> &statements);
  std::optional<Axes> axesOfRead(Frame &g, const ast::Expr &e);
  void performWrite(ConnectionUse &use, Val y, Range range);
  void store(ConnectionUse &use, Field &field, Val value, bool append, Range range);
  static bool isState(const ast::Formal &formal);
  /// No argument of a connection is a stream.
  bool checkStreamFormals(const ast::Decl &connection);
  static bool isHistoryFormal(const ast::Formal &formal);
  ViewSpec evalView(Frame &f, const std::optional<ast::View> &view);
  Stack *makeStack(llvm::ArrayRef<mlir::Value> entries, Range range);
  void viewEntries(StreamVar &stream, Field &field, const ViewSpec &view, llvm::SmallVectorImpl<mlir::Value> &out,
                   Range range);
  int64_t sitesOf(StreamVar *stream);

  // Model.cpp
  void declare(const ast::File &file);
  void noteInputs(const ast::Decl &model);
  void evalConfig();
  void runModel(const ast::Decl &model);
  Val parseOverride(const std::string &name, const std::string &text, Range range);

  mlir::MLIRContext &context;
  SourceManager &sources;
  DiagnosticEngine &diagnostics;
  const ElaborateOptions &options;
  mlir::OpBuilder builder;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::Block *moduleBlock = nullptr;
  mlir::Block *function = nullptr;
  mlir::Block *base = nullptr;        ///< the function's block, or that of an initialiser
  llvm::SmallVector<AxisAttr> hidden; ///< axes that `each` lifts over
  unsigned connectionDepth = 0;

  llvm::StringMap<const ast::Decl *> decls;
  std::vector<const ast::Decl *> axisDecls, configDecls;
  llvm::StringMap<Val> globals; ///< config values
  llvm::StringMap<Range> configRanges;
  llvm::StringMap<AxisAttr> globalAxes;
  llvm::StringMap<AxisAttr> sharedAxes; ///< of instances made by `use` and `with shared`
  llvm::StringSet<> reservedAxes;       ///< names kept for global axes not yet made
  llvm::StringMap<unsigned> axisNames;  ///< names taken, with the next number
  struct AxisInfo {
    std::string name;
    const std::vector<ast::Name> *labels = nullptr;
  };
  llvm::DenseMap<AxisAttr, AxisInfo> axisInfo;
  llvm::DenseMap<AxisAttr, AxisAttr> twins;
  llvm::DenseMap<mlir::Block *, Region *> regions;
  llvm::DenseMap<mlir::Operation *, Region *> placeholderRegions;
  llvm::DenseMap<std::pair<mlir::Block *, uint64_t>, mlir::Value> constants, boolConstants;
  llvm::DenseMap<std::pair<mlir::Block *, mlir::Value>, mlir::Value> imported;
  llvm::DenseMap<uint64_t, mlir::Location> locations;
  llvm::StringMap<ParamInfo> parameters;
  /// Parameters of a read that is evaluated for its axes alone; erased at the end.
  llvm::SmallVector<mlir::Operation *> *trial = nullptr;
  llvm::SmallVector<mlir::Operation *> trialParameters;
  /// Parameters, observed values and auxiliary losses by the site whose connection made them.
  llvm::MapVector<mlir::Operation *, ConnectionUse *> madeAtSite;
  llvm::StringMap<Range> observed;
  llvm::StringMap<unsigned> draws;
  llvm::StringSet<> reported;
  Diagnostic discarded{};
  Frame globalFrame;
  const Axes *initAxes = nullptr; ///< of the parameter being initialised
  llvm::StringRef initPath;
  unsigned initDraws = 0;
  bool initFromParameters = false;
  Range mainRange;
  Frame *current = nullptr; ///< the instance whose body is being elaborated
  llvm::ArrayRef<int64_t> knownCounts;

  std::deque<Frame> frames;
  std::deque<Stack> stacks;
  std::deque<Region> regionStore;
  std::deque<StreamVar> streams;
  std::deque<Axes> axisLists;
  std::deque<std::vector<BoundArgument>> boundArguments;
  std::deque<Callable> callables;
  std::deque<Shared> sharedStore;
  std::deque<ConnectionUse> uses;
};

} // namespace braid::elab

#endif
