// Syntax of `.ramp` files. No actions, and slightly permissive: what a person may reasonably write by mistake is accepted here and
// refused with a better message by dsl/parse (AST) or dsl/sema. Numbers in brackets are those of docs/spec/grammar.md.
// Every statement is closed by END, which the token filter makes from newlines, `;` and closing braces.
parser grammar RampParser;

options { tokenVocab = RampLexer; }

file : (declaration END?)* EOF ;                                                              // [1]

declaration                                                                                   // [2]
  : IMPORT importItem (COMMA importItem)*                                                     # importDeclaration
  | routineKind name statics? parameters parameters? result? block                            # routineDeclaration
  | MODEL name parameters? modelBody                                                          # modelDeclaration
  ;

importItem : name (DOT name)* | STRING ;                                                      // [3]
routineKind : LAYER | BACKBONE | EXIT | POLICY | REWARD | FN | ESTIMATOR ;                    // [4]
statics : LBRACKET (parameter (COMMA parameter)* COMMA?)? RBRACKET ;                          // [5]
parameters : LPAREN (parameter (COMMA parameter)* COMMA?)? RPAREN ;                           // [6]
parameter : name COLON type (ASSIGN expr)? ;                                                  // [7]
result : ARROW (name COLON)? type ;                                                           // [8]

type                                                                                          // [9]
  : FN LPAREN (type (COMMA type)*)? RPAREN ARROW type                                         # functionType
  | name (LBRACKET (dimension (COMMA dimension)*)? RBRACKET)? arguments?                      # namedType
  ;
dimension : ELLIPSIS | expr ;                                                                 // [10]

block : LBRACE statement* RBRACE ;                                                            // [11]
statement                                                                                     // [12]
  : RETURN expr END                                                                           # returnStatement
  | FOR counter block END                                                                     # forStatement
  | STAGE counter? block END                                                                  # stageStatement
  | ifBlock END                                                                               # ifStatement
  | PARAM name COLON type ASSIGN expr END                                                     # paramStatement
  | binding END                                                                               # bindingStatement
  ;
counter : name IN expr RANGE expr ;                                                           // [13]
ifBlock : IF expr block (ELSE (ifBlock | block))? ;                                           // [14]
binding : LET? name ASSIGN expr ;                                                             // [15]

modelBody : LBRACE member* RBRACE ;                                                           // [16]
member                                                                                        // [17]
  : INPUT parameter (COMMA parameter)* END                                                    # inputMember
  | AFTER EACH STAGE attachBody END                                                           # afterMember
  | STATE name COLON type ASSIGN expr END                                                     # stateMember
  | TABLE name COLON type ASSIGN expr END                                                     # tableMember
  | TRAIN name arguments? (UPDATES name (COMMA name)*)? trainBody END                         # trainMember
  | MEASURE name ASSIGN expr END                                                              # measureMember
  | INFER parameters? inferBody END                                                           # inferMember
  | binding END                                                                               # bindingMember
  ;
attachBody : LBRACE attachItem* RBRACE ;                                                      // [18]
attachItem : binding END ;
trainBody : LBRACE trainItem* RBRACE ;                                                        // [19]
trainItem
  : ROLLOUT name arguments END                                                                # rolloutItem
  | (MINIMIZE | MAXIMIZE) expr (BY expr)? END                                                 # objectiveItem
  | binding END                                                                               # trainBinding
  ;
inferBody : LBRACE inferItem* RBRACE ;                                                        // [20]
inferItem
  : EXIT expr WHEN expr END                                                                   # exitItem
  | binding END                                                                               # inferBinding
  ;

// Highest precedence first. [21]
expr
  : primary                                                                                   # primaryExpr
  | expr DOT name                                                                             # memberExpr
  | expr arguments                                                                            # callExpr
  | expr LBRACKET (subscript (COMMA subscript)* COMMA?)? RBRACKET                             # indexExpr
  | MINUS expr                                                                                # negateExpr
  | expr (STAR | SLASH) expr                                                                  # multiplyExpr
  | expr (PLUS | MINUS) expr                                                                  # addExpr
  | expr (EQUAL | NOT_EQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL) expr               # compareExpr
  | NOT expr                                                                                  # notExpr
  | expr AND expr                                                                             # andExpr
  | expr OR expr                                                                              # orExpr
  | IF expr THEN expr ELSE expr                                                               # conditionalExpr
  | name OVER name COLON expr                                                                 # reductionExpr
  ;
primary                                                                                       // [22]
  : INT | FLOAT | STRING | TRUE | FALSE
  | name
  | LPAREN expr RPAREN
  | LBRACKET (expr (COMMA expr)* COMMA?)? RBRACKET
  ;
arguments : LPAREN (argument (COMMA argument)* COMMA?)? RPAREN ;                              // [23]
argument : (name ASSIGN)? expr ;                                                              // [24]
subscript : ELLIPSIS | RANGE expr? | argument (RANGE expr?)? ;                                // [25]

name                                                                                          // [26]
  : IDENT | AFTER | BACKBONE | BY | EACH | ESTIMATOR | EXIT | IN | INFER | INPUT | LAYER | MEASURE | MODEL | OVER | PARAM
  | POLICY | REWARD | ROLLOUT | STAGE | STATE | TABLE | TRAIN | UPDATES | WHEN
  ;
