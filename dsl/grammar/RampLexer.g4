// Tokens of `.ramp` text. No actions: what depends on context (where a statement ends, what brackets enclose) is decided by
// dsl/parse/TokenFilter.cpp between lexer and parser; NEWLINE and SEMICOLON never reach the parser, END does.
// Wrong text still becomes a token (BAD_*), so that every message is ours.
lexer grammar RampLexer;

tokens { END }

// Reserved words.
AND : 'and' ;
ELSE : 'else' ;
FALSE : 'false' ;
FN : 'fn' ;
FOR : 'for' ;
IF : 'if' ;
IMPORT : 'import' ;
LET : 'let' ;
MAXIMIZE : 'maximize' ;
MINIMIZE : 'minimize' ;
NOT : 'not' ;
OR : 'or' ;
RETURN : 'return' ;
THEN : 'then' ;
TRUE : 'true' ;

// Words with a meaning in one place only; elsewhere they are names (rule `name` of the parser).
AFTER : 'after' ;
BACKBONE : 'backbone' ;
BY : 'by' ;
EACH : 'each' ;
ESTIMATOR : 'estimator' ;
EXIT : 'exit' ;
IN : 'in' ;
INFER : 'infer' ;
INPUT : 'input' ;
LAYER : 'layer' ;
MEASURE : 'measure' ;
MODEL : 'model' ;
OVER : 'over' ;
PARAM : 'param' ;
POLICY : 'policy' ;
REWARD : 'reward' ;
ROLLOUT : 'rollout' ;
STAGE : 'stage' ;
STATE : 'state' ;
TABLE : 'table' ;
TRAIN : 'train' ;
UPDATES : 'updates' ;
WHEN : 'when' ;

LPAREN : '(' ;
RPAREN : ')' ;
LBRACKET : '[' ;
RBRACKET : ']' ;
LBRACE : '{' ;
RBRACE : '}' ;
COMMA : ',' ;
COLON : ':' ;
SEMICOLON : ';' ;
ELLIPSIS : '...' ;
RANGE : '..' ;
DOT : '.' ;
ARROW : '->' ;
EQUAL : '==' ;
NOT_EQUAL : '!=' ;
LESS_EQUAL : '<=' ;
GREATER_EQUAL : '>=' ;
LESS : '<' ;
GREATER : '>' ;
ASSIGN : '=' ;
PLUS : '+' ;
MINUS : '-' ;
STAR : '*' ;
SLASH : '/' ;

INT : DIGIT+ ;
FLOAT : DIGIT+ '.' DIGIT+ EXPONENT? | DIGIT+ EXPONENT ;
BAD_NUMBER : (DIGIT+ ('.' DIGIT+)? EXPONENT? LETTER (LETTER | DIGIT)*) | DIGIT+ ('.' DIGIT+)? [eE] [+-] | '.' DIGIT+ (LETTER | DIGIT)* ;

STRING : '"' (ESCAPE | ~["\\\r\n])* '"' ;
BAD_STRING : '"' (ESCAPE | ~["\\\r\n])* '\\'? ;

IDENT : LETTER (LETTER | DIGIT)* ;

COMMENT : '//' ~[\r\n]* ;
NEWLINE : '\r'? '\n' ;
BLANK : [ \t\r]+ -> skip ;
BAD_CHARACTER : . ;

fragment DIGIT : [0-9] ;
fragment LETTER : [A-Za-z_] ;
fragment EXPONENT : [eE] [+-]? DIGIT+ ;
fragment ESCAPE : '\\' ~[\r\n] ;
